/** Short forms for the statements of the deployers' policies. */
import type { PolicyStatement } from './document.ts'

export const allow = (Sid: string, Action: readonly string[], Resource: PolicyStatement['Resource'] = '*') =>
  ({ Sid, Effect: 'Allow', Action, Resource }) as const

/** `of('s3', 'GetObject')` returns `['s3:GetObject']`. */
export const of = (service: string, ...names: readonly string[]) => names.map((name) => `${service}:${name}`)
