/** What the rows of Application Auto Scaling share. The declarations are checked; nothing is scaled here. */
import { UnsupportedError } from '../../errors.ts'
import type { Properties } from '../../ledger/ledger.ts'
import { call } from '../../resource/permission.ts'
import type { Permission, Situation } from '../../resource/resource-type.ts'
import { known } from '../../resource/values.ts'

export const TARGET = 'aws:appautoscaling/target:Target'
export const SCALING_POLICY = 'aws:appautoscaling/policy:Policy'

/** The inputs that identify a target and its policies. */
export const KEY = ['resourceId', 'scalableDimension', 'serviceNamespace'] as const

/** @throws UnsupportedError for a target that is no ECS service */
export function requireEcs(type: string, inputs: Properties): void {
  const given = `${known(inputs, 'serviceNamespace')} ${known(inputs, 'scalableDimension')}`
  if (given !== 'ecs ecs:service:DesiredCount') throw new UnsupportedError(`"${given}" of ${type}`)
}

export const sameTarget = (one: Properties, other: Properties) => KEY.every((name) => one[name] === other[name])

/** A call about a scalable target, which has an id of its own on AWS. */
export const scaling = (situation: Situation, target: string, action: string, context = {}): Permission =>
  call(`application-autoscaling:${action}`, target, {
    'application-autoscaling:scalable-dimension': known(situation.inputs, 'scalableDimension'),
    'application-autoscaling:service-namespace': known(situation.inputs, 'serviceNamespace'),
    ...context,
  })
