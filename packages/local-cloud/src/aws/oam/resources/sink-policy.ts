/** `aws.oam.SinkPolicy`: which accounts may share which data with a sink. */
import { AwsError } from '../../../errors.ts'
import type { Asker } from '../../../iam/principal-match.ts'
import { matchPrincipal } from '../../../iam/principal-match.ts'
import type { Declared, LedgerView } from '../../../ledger/ledger.ts'
import { isMember, type Organization, type PolicyDocument, type PolicyStatement } from '../../../organization.ts'
import { call, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known, requireOwn } from '../../../resource/values.ts'
import { SINK } from './sink.ts'

export const SINK_POLICY = 'aws:oam/sinkPolicy:SinkPolicy'

const invalid = (message: string) => new AwsError('InvalidParameterException', message)

export const sinkPolicy: ResourceType = {
  type: SINK_POLICY,
  inputs: ['policy', 'sinkIdentifier'],
  required: ['policy', 'sinkIdentifier'],
  replaces: ['sinkIdentifier'],
  releases: 'all',
  heldThrough: [],
  refuse(situation) {
    requireSink(situation)
    for (const { Action } of statementsOf(known(situation.inputs, 'policy')))
      for (const action of [Action ?? []].flat())
        if (!/^oam:(CreateLink|UpdateLink|\*)$/.test(action)) throw invalid(`The policy has the action ${action}.`)
  },
  answer(situation) {
    const { id, outputs } = requireSink(situation)
    return { id, outputs: { arn: id, sinkId: known(outputs, 'sinkId') } }
  },
  permissions: lifeCycle((_, { id }) => ({
    create: [call('oam:PutSinkPolicy', id)],
    read: [call('oam:GetSinkPolicy', id)],
    update: [call('oam:PutSinkPolicy', id)],
    // AWS has no call to delete the policy, and the provider does nothing: the policy ends with the sink.
    delete: [],
  })),
}

const requireSink = (situation: Parameters<typeof requireOwn>[0] & { readonly inputs: Declared['inputs'] }): Declared =>
  requireOwn(
    situation,
    SINK,
    known(situation.inputs, 'sinkIdentifier'),
    'ResourceNotFoundException',
    'The sink does not exist.',
  )

function statementsOf(policy: string): readonly PolicyStatement[] {
  try {
    return [(JSON.parse(policy) as PolicyDocument).Statement].flat()
  } catch {
    throw invalid('The policy is not valid JSON.')
  }
}

/**
 * Whether a sink's policy allows an account to share these types. Only the parts that sinks' policies use are evaluated: principal,
 * organisation, types.
 */
export function letsLink(
  { ledger, organization }: { readonly ledger: LedgerView; readonly organization: Organization },
  sinkArn: string,
  account: string,
  resourceTypes: readonly string[],
): boolean {
  const asker: Asker = { account, arn: '', roleArn: '' }
  const [declared] = ledger.where(SINK_POLICY, 'arn', sinkArn)
  if (!declared) return false
  return statementsOf(known(declared.inputs, 'policy')).some((statement) => {
    const { Effect, Condition = {} } = statement
    const types = Condition['ForAllValues:StringEquals']?.['oam:ResourceTypes']
    const organisation = Condition.StringEquals?.['aws:PrincipalOrgID']
    return (
      Effect === 'Allow' &&
      matchPrincipal(statement, asker) !== 'none' &&
      (types === undefined || resourceTypes.every((type) => [types].flat().includes(type))) &&
      (organisation === undefined || (organisation === organization.id && isMember(organization, account)))
    )
  })
}
