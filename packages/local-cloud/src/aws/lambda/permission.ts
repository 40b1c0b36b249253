/** Checks who may invoke a function, and whether Lambda may assume its role. */

import { AwsError } from '../../errors.ts'
import { arnLike } from '../../iam/arn-like.ts'
import { createPrincipals } from '../../iam/principals.ts'
import { trustsService } from '../../iam/service-trust.ts'
import { known, text } from '../../resource/values.ts'
import type { Surroundings } from '../../wire/service.ts'
import type { FunctionConfiguration } from './function-configuration.ts'
import { permissionsOf } from './resources/permission.ts'

/** The caller of an invocation. */
export type Caller =
  /** An AWS service on behalf of one of its resources. It needs an `aws.lambda.Permission`. */
  | {
      readonly kind: 'service'
      /** `elasticloadbalancing.amazonaws.com` */
      readonly principal: string
      readonly sourceArn: string
      readonly sourceAccount: string
    }
  /** A person or test that uses the local cloud. AWS's permissions do not apply. */
  | { readonly kind: 'operator' }

const INVOKE = 'lambda:InvokeFunction'

/** @throws AwsError AccessDeniedException if the function's resource policy does not allow it */
export function requireInvoke(
  { ledger }: Pick<Surroundings, 'ledger'>,
  { arn, name, account, region }: FunctionConfiguration,
  caller: Caller,
): void {
  if (caller.kind === 'operator') return
  const allowed = permissionsOf(ledger, { arn, name, account, region }).some(({ outputs }) => {
    if (text(outputs, 'qualifier') !== undefined || text(outputs, 'principalOrgId') !== undefined) return false
    const action = known(outputs, 'action')
    if (action !== INVOKE && action !== 'lambda:*' && action !== '*') return false
    if (known(outputs, 'principal') !== caller.principal) return false
    const sourceArn = text(outputs, 'sourceArn')
    if (sourceArn !== undefined && !arnLike(sourceArn, caller.sourceArn)) return false
    const sourceAccount = text(outputs, 'sourceAccount')
    return sourceAccount === undefined || sourceAccount === caller.sourceAccount
  })
  if (!allowed)
    throw new AwsError(
      'AccessDeniedException',
      `${caller.principal} is not authorized to perform: ${INVOKE} on resource: ${arn} because no resource-based policy allows the ${INVOKE} action`,
      403,
    )
}

/**
 * Lambda assumes the execution role as the service `lambda.amazonaws.com`.
 * @throws AwsError InvalidParameterValueException if the role was deleted or its trust policy does not allow it
 */
export function requireExecutionRole(
  { ledger, organization }: Pick<Surroundings, 'ledger' | 'organization'>,
  { roleArn }: FunctionConfiguration,
): void {
  const role = createPrincipals(ledger, organization)(roleArn)
  if (!role || !trustsService(role, 'lambda.amazonaws.com', {}))
    throw new AwsError(
      'InvalidParameterValueException',
      `The role defined for the function cannot be assumed by Lambda: ${roleArn}`,
    )
}
