import { call, calls, lifeCycle } from '../../resource/permission.ts'
import type { Permissions, Situation } from '../../resource/resource-type.ts'
import { known, requireOwn } from '../../resource/values.ts'
import { SHARE } from '../ec2/transit-gateway-state.ts'

export const requireShare = (situation: Situation) => {
  const id = known(situation.inputs, 'resourceShareArn')
  return requireOwn(situation, SHARE, id, 'UnknownResourceException', `ResourceShare ${id} could not be found.`)
}

/** The resources and principals of a share, with their condition keys `ram:ResourceArn` and `ram:Principal`. */
export const associated = (key: string, input: string): Permissions =>
  lifeCycle(({ inputs }) => {
    const one = { [key]: known(inputs, input) }
    const on = (action: string) => call(`ram:${action}`, known(inputs, 'resourceShareArn'), one)
    const read = calls('ram:GetResourceShareAssociations')
    return {
      create: [on('AssociateResourceShare')],
      read,
      delete: [on('DisassociateResourceShare'), ...read],
    }
  })
