/** The policy of the shared model endpoint, asked by the evaluator: whom it lets through, whatever else they may do. */
import { describe, expect, it } from 'vitest'
import { centralEndpointPolicy } from '../../shared/policies/central-endpoint.ts'
import { policy } from '../../shared/policies/document.ts'
import { caller, HUB, REGION, TENANT_ACCOUNT } from './evaluation.ts'

const MODEL = 'us.amazon.nova-2-lite-v1:0'
const everything = policy({ Effect: 'Allow', Action: '*', Resource: '*' })
const profile = (id: string, account = TENANT_ACCOUNT) => `arn:aws:bedrock:${REGION}:${account}:inference-profile/${id}`

const ask = async (
  { role = 'genai-models-tenant1', tagged = true, account = TENANT_ACCOUNT, model = MODEL } = {},
  organisation = 'o-1',
) => {
  const endpointPolicy = centralEndpointPolicy({
    region: REGION,
    modelIds: [MODEL],
    sharing: { kind: 'organisation', arn: `arn:aws:organizations::${HUB}:organization/${organisation}` },
  })
  const sessionTags = tagged ? { tenant_id: 'tenant1' } : {}
  const asked = caller({ account, role, policies: [everything], sessionTags })
  return (await asked({ action: 'bedrock:InvokeModel', resource: profile(model, account), endpointPolicy })).allowed
}

describe('the shared endpoint lets through', () => {
  it('a tenant’s role in a session with its tag, for a model that the hub lists', async () => {
    expect(await ask()).toBe(true)
    expect(await ask({ role: 'genai-models-another' })).toBe(true)
  })

  it.each([
    ['a role that is called otherwise', { role: 'administrator' }],
    ['a session without a tenant’s tag', { tagged: false }],
    ['a model that the hub does not list', { model: 'us.amazon.nova-pro-v1:0' }],
  ])('not %s', async (_what, change) => {
    expect(await ask(change)).toBe(false)
  })

  it('not a role of an account outside of the organisation', async () => {
    expect(await ask({}, 'o-anotherexample')).toBe(false)
  })
})
