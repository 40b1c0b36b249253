/** `aws.lambda.Permission`. */

import { AwsError } from '../../../errors.ts'
import { arnLike } from '../../../iam/arn-like.ts'
import type { Declared, LedgerView } from '../../../ledger/ledger.ts'
import { idPart } from '../../../resource/import-id.ts'
import { call, later, resourceTags } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, autoName, known, others, text } from '../../../resource/values.ts'
import { FUNCTION } from './function.ts'

export const PERMISSION = 'aws:lambda/permission:Permission'

/** The function that a permission names, by name or ARN. */
function functionOf({ ledger, account, region }: Pick<Situation, 'ledger' | 'account' | 'region'>, name: string) {
  const found = [...ledger.where(FUNCTION, 'name', name), ...ledger.where(FUNCTION, 'arn', name)]
  return found.find((one) => one.account === account && one.region === region)
}

export const lambdaPermission: ResourceType = {
  type: PERMISSION,
  inputs: ['statementId', 'action', 'function', 'principal', 'sourceArn', 'sourceAccount'],
  required: ['action', 'function', 'principal'],
  named: 'statementId',
  replaces: ['statementId', 'action', 'function', 'principal', 'sourceArn', 'sourceAccount'],
  // Deleting a function deletes its permissions. A permission does not prevent the deletion of its source.
  releases: 'all',
  heldThrough: [],
  refuse(situation) {
    const { inputs } = situation
    const name = known(inputs, 'function')
    const found = functionOf(situation, name)
    if (!found) throw new AwsError('ResourceNotFoundException', `Function not found: ${name}`, 404)
    const statementId = autoName(situation, 'statementId')
    const taken = others(situation, PERMISSION, ['statementId', statementId]).some(
      (other) => functionOf(situation, known(other.inputs, 'function')) === found,
    )
    if (taken)
      throw new AwsError(
        'ResourceConflictException',
        `The statement id (${statementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
        409,
      )
    const action = known(inputs, 'action')
    if (!/^lambda:[A-Za-z*]+$/.test(action))
      throw new AwsError(
        'ValidationException',
        `Value '${action}' at 'action' failed to satisfy constraint: Member must satisfy regular expression pattern: (lambda:[*]|lambda:[a-zA-Z]+|[*])`,
      )
  },
  answer(situation) {
    const statementId = autoName(situation, 'statementId')
    return { id: statementId, outputs: { statementId } }
  },
  /** `AddPermission`, for a function by name or ARN. */
  permissions: (operation, situation) => {
    const { inputs, ledger, account } = situation
    const name = known(inputs, 'function')
    const functionArn = name.startsWith('arn:') ? name : arn(situation, 'lambda', `function:${name}`)
    const declared = ledger
      .all('aws:lambda/function:Function')
      .find((one) => one.account === account && one.outputs.arn === functionArn)
    const principal = { ...resourceTags(declared?.outputs), 'lambda:Principal': known(inputs, 'principal') }
    const read = call('lambda:GetPolicy', functionArn, resourceTags(declared?.outputs))
    if (operation === 'create') return [call('lambda:AddPermission', functionArn, principal), ...later([], read)]
    return operation === 'delete' ? [call('lambda:RemovePermission', functionArn, principal), read] : [read]
  },
  importId: {
    format: 'FUNCTION/STATEMENT',
    pattern: /^[^/]+\/[^/]+$/,
    of: ({ inputs, id }) => {
      const name = idPart(inputs, 'function')
      return [`${name}/${id}`, `${name.slice(name.lastIndexOf(':') + 1)}/${id}`]
    },
  },
}

/** The permissions that name a function, by name or ARN. */
export function permissionsOf(
  ledger: LedgerView,
  {
    account,
    region,
    name,
    arn,
  }: Pick<Situation, 'account' | 'region'> & { readonly name: string; readonly arn: string },
): readonly Declared[] {
  const named = [name, arn].flatMap((one) => ledger.where(PERMISSION, 'function', one))
  return named.filter((one) => one.account === account && one.region === region)
}

/** Whether a service may invoke a function on behalf of a source, by the function's permissions. */
export function permits(ledger: LedgerView, target: Declared, principal: string, sourceArn: string): boolean {
  const { account, region, outputs } = target
  const named = { account, region, name: known(outputs, 'name'), arn: known(outputs, 'arn') }
  return permissionsOf(ledger, named).some(({ inputs }) => {
    const action = known(inputs, 'action')
    if (action !== 'lambda:InvokeFunction' && action !== 'lambda:*') return false
    if (inputs.principal !== principal) return false
    const source = text(inputs, 'sourceArn')
    if (source !== undefined && !arnLike(source, sourceArn)) return false
    const account = text(inputs, 'sourceAccount')
    return account === undefined || account === sourceArn.split(':')[4]
  })
}
