/** `aws.lambda.Invocation`: runs a function when it is declared. If the function fails, the deployment fails. */
import { createHash } from 'node:crypto'
import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { Effect, LedgerView } from '../../../ledger/ledger.ts'
import { canonical } from '../../../resource/declare.ts'
import { call, lifeCycle, resourceTags } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, known, text } from '../../../resource/values.ts'
import type { Lambda } from '../lambda.ts'
import { FUNCTION } from './function.ts'

export const INVOCATION = 'aws:lambda/invocation:Invocation'

const functionOf = (ledger: LedgerView, { account, region }: Pick<Situation, 'account' | 'region'>, name: string) =>
  [...ledger.where(FUNCTION, 'name', name), ...ledger.where(FUNCTION, 'arn', name)].find((one) =>
    name.startsWith('arn:') ? true : one.account === account && one.region === region,
  )

export const lambdaInvocation: ResourceType = {
  type: INVOCATION,
  inputs: ['functionName', 'input', 'triggers', 'lifecycleScope', 'qualifier'],
  required: ['functionName', 'input'],
  replaces: ['functionName', 'input', 'triggers', 'qualifier'],
  defaults: { lifecycleScope: 'CREATE_ONLY', qualifier: '$LATEST' },
  releases: 'all',
  heldThrough: [],
  refuse({ inputs, ledger, account, region }) {
    const scope = text(inputs, 'lifecycleScope') ?? 'CREATE_ONLY'
    if (scope !== 'CREATE_ONLY') throw new UnsupportedError(`lifecycleScope "${scope}" of ${INVOCATION}`)
    const name = known(inputs, 'functionName')
    if (!functionOf(ledger, { account, region }, name))
      throw new AwsError('ResourceNotFoundException', `Function not found: ${name}`, 404)
  },
  answer({ inputs }) {
    const hash = createHash('md5').update(known(inputs, 'input')).digest('hex')
    return { id: `${known(inputs, 'functionName')},$LATEST,${hash}`, outputs: {} }
  },
  permissions: lifeCycle((situation) => {
    const name = known(situation.inputs, 'functionName')
    const resource = name.startsWith('arn:') ? name : arn(situation, 'lambda', `function:${name}`)
    const declared = functionOf(situation.ledger, situation, name)
    return {
      create: [call('lambda:InvokeFunction', resource, resourceTags(declared?.outputs))],
      // The AWS provider's read and deletion of it do nothing.
      read: [],
      delete: [],
    }
  }),
  importId: {
    format: 'FUNCTION,QUALIFIER,HASH',
    pattern: /^[^,]+,[^,]+,[0-9a-f]{32}$/,
    of: ({ id }) => [id],
  },
}

/** Invokes the function as the caller who declares it. The permission was checked before. */
export const invokeWhenDeclared =
  (ledger: LedgerView, lambda: Pick<Lambda, 'invoke'>): Effect =>
  async ({ kind, resource, before }) => {
    if (resource.type !== INVOCATION || kind === 'deleted') return
    // A replacement is another resource with the same name.
    if (before && canonical(before.inputs) === canonical(resource.inputs)) return
    const target = functionOf(ledger, resource, known(resource.outputs, 'functionName'))
    // The deployment was undone, together with its function.
    if (!target) return
    const functionArn = known(target.outputs, 'arn')
    const payload = known(resource.outputs, 'input')
    const answer = await lambda.invoke({ functionArn, payload, caller: { kind: 'operator' } })
    if (answer.functionError !== undefined)
      throw new AwsError(
        'FunctionError',
        `invoking Lambda Function (${known(target.outputs, 'name')}): ${answer.payload}`,
      )
  }
