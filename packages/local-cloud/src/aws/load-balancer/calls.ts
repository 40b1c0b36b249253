import { call, calls } from '../../resource/permission.ts'

export const TAGGING = { add: 'elasticloadbalancing:AddTags', remove: 'elasticloadbalancing:RemoveTags' } as const

export const elb = (action: string, resource?: string, context = {}) =>
  call(`elasticloadbalancing:${action}`, resource, context)

export const describe = (...names: readonly string[]) =>
  calls(...names.map((name) => `elasticloadbalancing:Describe${name}`))
