/** `aws.ec2.VpcEndpointServiceAllowedPrinciple`: an account that may ask for a connection. */

import { AwsError, UnsupportedError } from '../../../errors.ts'
import { lifeCycle, resourceTags } from '../../../resource/permission.ts'
import type { Permission, ResourceType, Situation } from '../../../resource/resource-type.ts'
import { known, requireOwn } from '../../../resource/values.ts'
import { ec2Arn } from '../calls.ts'
import { ALLOWED_PRINCIPAL, ENDPOINT_SERVICE } from '../private-link.ts'

/** @throws AwsError if it is no principal; UnsupportedError for a principal within an account */
export function requirePrincipal(principal: string): void {
  if (principal === '*' || /^arn:aws:iam::\d{12}:root$/.test(principal)) return
  if (/^arn:aws:iam::\d{12}:(user|role)\/.+$/.test(principal))
    throw new UnsupportedError(`the principal ${principal} of ${ENDPOINT_SERVICE}: use arn:aws:iam::ACCOUNT:root`)
  throw new AwsError('InvalidPrincipal', `Invalid Principal: '${principal}'`)
}

/** A service of the caller's own account. A service of another account does not exist. */
export const requireService = (situation: Situation, id: string) =>
  requireOwn(
    situation,
    ENDPOINT_SERVICE,
    id,
    'InvalidVpcEndpointServiceId.NotFound',
    `The VpcEndpointService Id '${id}' does not exist`,
  )

/** A call about a service, with the service's tags. */
export function onService(situation: Situation, operation: string, id: string): Permission {
  const tags = resourceTags(situation.ledger.find(ENDPOINT_SERVICE, id)?.outputs)
  return { action: `ec2:${operation}`, resource: ec2Arn(situation, 'vpc-endpoint-service', id), context: tags }
}

export const vpcEndpointServiceAllowedPrincipal: ResourceType = {
  type: ALLOWED_PRINCIPAL,
  inputs: ['vpcEndpointServiceId', 'principalArn'],
  required: ['vpcEndpointServiceId', 'principalArn'],
  replaces: ['vpcEndpointServiceId', 'principalArn'],
  releases: 'all',
  refuse(situation) {
    requireService(situation, known(situation.inputs, 'vpcEndpointServiceId'))
    requirePrincipal(known(situation.inputs, 'principalArn'))
  },
  answer: (situation) => ({ id: `vpce-svc-perm-0${situation.stableToken(16)}`, outputs: {} }),
  permissions: lifeCycle((situation) => {
    const id = known(situation.inputs, 'vpcEndpointServiceId')
    const modify = onService(situation, 'ModifyVpcEndpointServicePermissions', id)
    const read = onService(situation, 'DescribeVpcEndpointServicePermissions', id)
    return { create: [modify], read: [read], delete: [modify] }
  }),
  importId: 'never',
}
