import { describe, expect, it } from 'vitest'
import type { Sharing } from '../choices.ts'
import {
  accountsThatFit,
  type CentralModels,
  centralEndpointPolicy,
  centralEndpointPolicyText,
} from './central-endpoint.ts'
import { POLICY_LIMITS } from './document.ts'

const ORGANISATION: Sharing = {
  kind: 'organisation',
  arn: 'arn:aws:organizations::1:ou/o-exampleorg01/ou-ab12-cdefghij',
}
const MODELS = ['us.amazon.nova-2-lite-v1:0', 'us.anthropic.claude-haiku-4-5-20251001-v1:0', 'amazon.nova-lite-v1:0']
const central = (change: Partial<CentralModels> = {}): CentralModels => ({
  region: 'us-east-1',
  modelIds: MODELS,
  sharing: ORGANISATION,
  ...change,
})
const accounts = (count: number): Sharing => ({
  kind: 'accounts',
  accounts: Array.from({ length: count }, (_, index) => String(200_000_000_000 + index)),
})

describe('the policy of the shared endpoint', () => {
  it('asks every caller for a name, a tag and the organisation, in every statement', () => {
    for (const { Sid, Principal, Condition } of centralEndpointPolicy(central()).Statement) {
      expect(Principal, Sid).toBe('*')
      expect(Condition?.ArnLike?.['aws:PrincipalArn'], Sid).toBe('arn:aws:iam::*:role/genai-models-*')
      expect(Condition?.StringEquals, Sid).toEqual({ 'aws:PrincipalOrgID': 'o-exampleorg01' })
      expect(Condition?.Null, Sid).toEqual({ 'aws:PrincipalTag/tenant_id': 'false' })
    }
  })

  it('has no policy variable, unless it is asked for: AWS does not say whether they work there', () => {
    expect(centralEndpointPolicyText(central())).not.toMatch(/\$\{/)
    expect(JSON.stringify(centralEndpointPolicy(central(), 'tag'))).toContain(
      `arn:aws:iam::*:role/genai-models-\${aws:PrincipalTag/tenant_id}`,
    )
  })

  it('names the models exactly, through the profiles of whichever account calls', () => {
    const [models, destinations] = centralEndpointPolicy(central()).Statement
    expect(models?.Resource).toEqual([
      'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
      'arn:aws:bedrock:us-east-1:*:inference-profile/us.amazon.nova-2-lite-v1:0',
      'arn:aws:bedrock:us-east-1:*:inference-profile/us.anthropic.claude-haiku-4-5-20251001-v1:0',
    ])
    expect(destinations?.Condition?.ArnLike?.['bedrock:InferenceProfileArn']).toEqual([
      'arn:aws:bedrock:us-east-1:*:inference-profile/us.amazon.nova-2-lite-v1:0',
      'arn:aws:bedrock:us-east-1:*:inference-profile/us.anthropic.claude-haiku-4-5-20251001-v1:0',
    ])
  })

  it('fits with forty models behind profiles, and refuses what does not fit', () => {
    const models = (count: number) => ({
      modelIds: Array.from({ length: count }, (_, index) => `us.anthropic.claude-model-number-${index}-20260101-v1:0`),
    })
    expect(centralEndpointPolicyText(central(models(40))).length).toBeLessThanOrEqual(POLICY_LIMITS.endpoint)
    expect(() => centralEndpointPolicyText(central(models(50)))).toThrow(
      /AWS allows 20480\. List fewer centralModels: it has 50\./,
    )
  })

  it('grows with listed accounts, up to a number that the refusal computes', () => {
    const most = accountsThatFit(central())
    expect(most).toBeGreaterThan(100)
    expect(centralEndpointPolicyText(central({ sharing: accounts(most) })).length).toBeLessThanOrEqual(
      POLICY_LIMITS.endpoint,
    )
    expect(() => centralEndpointPolicyText(central({ sharing: accounts(most + 1) }))).toThrow(
      `there is room for ${most} accounts, and shareWithAccounts has ${most + 1}. Share with an organisation instead`,
    )
  })
})
