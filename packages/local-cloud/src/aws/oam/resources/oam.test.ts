import { describe, expect, it } from 'vitest'
import { Declarer, HUB, TENANT1, TENANT2 } from '../../../testing/declarer.ts'
import { organization } from '../../../testing/organization.ts'
import { LINK } from './link.ts'
import { SINK } from './sink.ts'
import { SINK_POLICY } from './sink-policy.ts'

const METRICS = 'AWS::CloudWatch::Metric'
const metricsOnly = { 'ForAllValues:StringEquals': { 'oam:ResourceTypes': METRICS } }
const letting = (Principal: unknown, Condition: object = metricsOnly, Action: unknown = ['oam:CreateLink']) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action, Resource: '*', Condition }],
  })

/** A hub with a sink, and what its policy says. */
async function sunk(policy?: string) {
  const cloud = new Declarer()
  const sink = await cloud.make(SINK, 'sink', { name: 'genai' })
  if (policy !== undefined) await cloud.make(SINK_POLICY, 'policy', { sinkIdentifier: sink.id, policy })
  const inputs = (more: object = {}) => ({
    labelTemplate: '$AccountName',
    resourceTypes: [METRICS],
    sinkIdentifier: sink.id,
    linkConfiguration: { metricConfiguration: { filter: "Namespace IN ('AWS/Bedrock')" } },
    ...more,
  })
  const refusal = (more: object = {}, where = { account: TENANT1 }) =>
    cloud.refusal(LINK, 'refused', inputs(more), where)
  return { cloud, sink, inputs, refusal }
}

describe('Sink', () => {
  it('is one an account and region', async () => {
    const { cloud, sink } = await sunk()
    expect(sink.id).toMatch(/^arn:aws:oam:us-east-1:111111111111:sink\/[0-9a-f-]{36}$/)
    expect(await cloud.refusal(SINK, 'second', { name: 'other' })).toMatch(
      /^ServiceQuotaExceededException: .* one sink/,
    )
    await cloud.make(SINK, 'elsewhere', { name: 'other' }, { region: 'eu-west-1' })
    await cloud.make(SINK, 'another account', { name: 'other' }, { account: TENANT2 })
    expect(await cloud.refusal(SINK, 'third', { name: 'my sink' })).toMatch(/^InvalidParameterException: The name/)
  })

  it('has a policy of its own, about links only', async () => {
    const { cloud, sink } = await sunk()
    const refusal = (policy: string, sinkIdentifier = sink.id) =>
      cloud.refusal(SINK_POLICY, 'policy', { sinkIdentifier, policy })
    expect(await refusal('{')).toMatch(/^InvalidParameterException: .* not valid JSON/)
    expect(await refusal(letting('*', {}, 'oam:*Link'))).toMatch(/^InvalidParameterException: .* action oam:\*Link/)
    expect(await refusal(letting('*'), `${sink.id}9`)).toMatch(/^ResourceNotFoundException/)
  })
})

describe('Link', () => {
  it('shares what the policy of the sink lets the account share', async () => {
    const { cloud, inputs } = await sunk(letting({ AWS: [TENANT1, `arn:aws:iam::${TENANT2}:root`] }))
    const link = await cloud.make(LINK, 'link', inputs(), { account: TENANT1 })
    expect(link.outputs).toMatchObject({ label: organization.accounts.find(({ id }) => id === TENANT1)?.name })
    await cloud.make(LINK, 'link of another account', inputs(), { account: TENANT2 })
  })

  it.each<[string, string | undefined, object?]>([
    ['a sink without a policy', undefined],
    ['a policy for another account', letting({ AWS: TENANT2 })],
    ['a policy for another organisation', letting('*', { StringEquals: { 'aws:PrincipalOrgID': 'o-other' } })],
    ['a policy for metrics only', letting('*'), { resourceTypes: [METRICS, 'AWS::Logs::LogGroup'] }],
  ])('is refused by %s', async (_what, policy, more) => {
    const { refusal } = await sunk(policy)
    expect(await refusal(more)).toMatch(/^AccessDeniedException: Account 222222222222 is not authorized/)
  })

  it('of the organisation is let in by its id', async () => {
    const { cloud, inputs } = await sunk(letting('*', { StringEquals: { 'aws:PrincipalOrgID': organization.id } }))
    await cloud.make(LINK, 'link', inputs(), { account: TENANT1 })
  })

  it.each<[string, object, object?]>([
    ['a sink that is not there', { sinkIdentifier: 'arn:aws:oam:us-east-1:111111111111:sink/none' }],
    ['a sink of another region', {}, { account: TENANT1, region: 'eu-west-1' }],
    ['the account’s own sink', {}, { account: HUB }],
    ['a filter that is none', { linkConfiguration: { metricConfiguration: { filter: 'AWS/Bedrock' } } }],
    ['a filter of what is not shared', { resourceTypes: ['AWS::XRay::Trace'] }],
  ])('is refused with %s', async (_what, more, where = { account: TENANT1 }) => {
    const { refusal } = await sunk(letting('*', {}))
    expect(await refusal(more, where as { account: string })).toMatch(/^InvalidParameterException/)
  })

  it('is one to a sink, and holds it', async () => {
    const { cloud, sink, inputs, refusal } = await sunk(letting('*'))
    await cloud.make(LINK, 'link', inputs(), { account: TENANT1 })
    expect(await refusal()).toMatch(/^ConflictException: .* already/)
    expect(cloud.holders(sink)).toEqual([LINK])
  })
})
