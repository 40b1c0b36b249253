import { describe, expect, it, test } from 'vitest'
import { POLICY_LIMITS, policy, policyText } from './document.ts'
import { assumptions, countStatements, invokeStatements, parseModel } from './models.ts'
import { modelEndpointPolicy } from './tenant-role.ts'

describe('model ids', () => {
  it.each([
    ['amazon.titan-text-lite-v1', { kind: 'foundationModel', modelId: 'amazon.titan-text-lite-v1' }],
    // A dot in a model's name is no geography.
    ['zai.glm-4.6', { kind: 'foundationModel', modelId: 'zai.glm-4.6' }],
    ['ai21.jamba-1-5-mini-v1:0', { kind: 'foundationModel', modelId: 'ai21.jamba-1-5-mini-v1:0' }],
    [
      'us.amazon.nova-2-lite-v1:0',
      {
        kind: 'inferenceProfile',
        geography: 'us',
        modelId: 'amazon.nova-2-lite-v1:0',
        profileId: 'us.amazon.nova-2-lite-v1:0',
      },
    ],
  ])('reads %s', (id, model) => {
    expect(parseModel(id, 'us-east-1')).toEqual(model)
  })

  it.each([
    [
      'eu.amazon.nova-lite-v1:0',
      'us-east-1',
      /not known to be callable from us-east-1.* set modelRegions of the tenant: "eu"/,
    ],
    ['jp.anthropic.claude-haiku-4-5-20251001-v1:0', 'ap-southeast-2', /not known to be callable from ap-southeast-2/],
    [
      'xx.amazon.nova-lite-v1:0',
      'us-east-1',
      /unknown geography "xx". Known: us, eu, apac, .* set modelRegions of the tenant: "xx"/,
    ],
    ['us-gov.amazon.nova-lite-v1:0', 'us-east-1', /unknown geography "us-gov"/],
    ['arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0', 'us-east-1', /not a Bedrock model id/],
    ['*', 'us-east-1', /not a Bedrock model id/],
    ['amazon.*', 'us-east-1', /not a Bedrock model id/],
  ])('refuses %s in %s', (id, region, message) => {
    expect(() => parseModel(id, region)).toThrow(message)
  })
})

describe('geographies', () => {
  it.each([
    ['ca.amazon.nova-lite-v1:0', 'ca-central-1'],
    ['in.anthropic.claude-sonnet-4-5-20250929-v1:0', 'ap-south-1'],
    ['au.anthropic.claude-sonnet-4-5-20250929-v1:0', 'ap-southeast-6'],
  ])('reads %s in %s', (id, region) => {
    expect(parseModel(id, region)).toMatchObject({ kind: 'inferenceProfile', profileId: id })
  })

  it('that are not known are taken where their regions are given, and allowed there only', () => {
    const given = { xx: ['mx-central-1'] }
    expect(parseModel('xx.amazon.nova-lite-v1:0', 'us-east-1', given)).toMatchObject({ geography: 'xx' })
    const [, destinations] = invokeStatements(['xx.amazon.nova-lite-v1:0'], '222222222222', 'us-east-1', given)
    expect(destinations?.Resource).toEqual([
      'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
      'arn:aws:bedrock:mx-central-1::foundation-model/amazon.nova-lite-v1:0',
    ])
  })

  it('are called from elsewhere where their regions are given, which replace the list’s', () => {
    const given = { jp: ['ap-northeast-1'] }
    const [, destinations] = invokeStatements(['jp.amazon.nova-lite-v1:0'], '222222222222', 'ap-southeast-2', given)
    expect(destinations?.Resource).toHaveLength(2)
    expect(assumptions(['jp.amazon.nova-lite-v1:0'], 'ap-southeast-2', given)).toEqual([])
  })

  it('say what is taken for granted', () => {
    const ids = ['us.amazon.nova-lite-v1:0', 'global.amazon.nova-2-lite-v1:0', 'amazon.titan-text-lite-v1']
    expect(assumptions(ids, 'us-east-1')).toEqual([
      'Requests to us. profiles are assumed to stay in us-east-1, us-east-2, us-west-1, us-west-2 (list of November 2026; modelRegions.us replaces it).',
    ])
  })
})

describe('what an invocation is allowed on', () => {
  const statements = (...ids: string[]) => invokeStatements(ids, '222222222222', 'us-east-1')

  it('is the model itself, in one region', () => {
    expect(statements('amazon.titan-text-lite-v1').map(({ Resource }) => Resource)).toEqual([
      ['arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-text-lite-v1'],
    ])
  })

  it('is the profile, and through it the model in the source region and every destination', () => {
    const [direct, destinations, ...more] = statements('us.amazon.nova-2-lite-v1:0')
    expect(direct?.Resource).toEqual([
      'arn:aws:bedrock:us-east-1:222222222222:inference-profile/us.amazon.nova-2-lite-v1:0',
    ])
    expect(destinations?.Resource).toEqual(
      ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2'].map(
        (region) => `arn:aws:bedrock:${region}::foundation-model/amazon.nova-2-lite-v1:0`,
      ),
    )
    expect(destinations?.Condition).toEqual({ ArnEquals: { 'bedrock:InferenceProfileArn': direct?.Resource } })
    expect(more).toEqual([])
  })

  it('has the source region of a profile that is called from outside its destinations', () => {
    const [, destinations] = invokeStatements(['us.amazon.nova-lite-v1:0'], '222222222222', 'ca-central-1')
    expect(destinations?.Resource).toContain('arn:aws:bedrock:ca-central-1::foundation-model/amazon.nova-lite-v1:0')
  })

  it('is the same text for the same models in another order, with each once', () => {
    const [a, b] = ['us.amazon.nova-2-lite-v1:0', 'amazon.titan-text-lite-v1'] as const
    expect(statements(a, b)).toEqual(statements(b, a, b))
  })
})

describe('sizes', () => {
  const longest = (count: number) =>
    Array.from({ length: count }, (_, index) => `eu.anthropic.claude-with-a-long-name-20251001-v${index}:0`)
  const endpoint = (modelIds: readonly string[]) =>
    modelEndpointPolicy({
      account: '222222222222',
      region: 'eu-central-1',
      modelIds,
      roleArn: 'arn:aws:iam::222222222222:role/genai-models-abcdefghijklmnopqrst',
      tenantId: 'tenant1',
    })

  it('of twenty profiles of the largest geography fit an endpoint', () => {
    expect(endpoint(longest(20)).length).toBeLessThan(POLICY_LIMITS.endpoint)
  })

  it('leave counting tokens out of an endpoint where there is no room for it, and nothing else', () => {
    expect(endpoint(longest(19))).toContain('CountTokens')
    expect(endpoint(longest(20))).not.toContain('CountTokens')
  })

  it('of too many are refused, with the limit and the remedy', () => {
    expect(() => endpoint(longest(30))).toThrow(
      /^The endpoint policy of tenant1 has \d+ characters. AWS allows 20480. List fewer models: it has 30.$/,
    )
  })

  it('count to the last character', () => {
    const document = policy({ Effect: 'Allow', Action: 'a:b', Resource: '' })
    const exact = (length: number) =>
      policy({
        Effect: 'Allow',
        Action: 'a:b',
        Resource: 'x'.repeat(length - JSON.stringify(document).length),
      })
    expect(policyText('trust', 'the policy', exact(2048), '')).toHaveLength(2048)
    expect(() => policyText('trust', 'the policy', exact(2049), 'Shorten it.')).toThrow(
      /2049 characters.*2048. Shorten it/,
    )
  })
})

test('tokens are counted by the base model of Claude only, which nothing can be invoked with', () => {
  const ids = [
    'us.anthropic.claude-haiku-4-5-20251001-v1:0',
    'us.amazon.nova-2-lite-v1:0',
    'anthropic.claude-opus-4-6-v1',
  ]
  expect(countStatements(ids, 'us-east-1')).toEqual([
    {
      Sid: 'CountTokens',
      Effect: 'Allow',
      Action: 'bedrock:CountTokens',
      Resource: 'arn:aws:bedrock:us-east-1::foundation-model/anthropic.*',
    },
  ])
  expect(countStatements(['us.amazon.nova-2-lite-v1:0'], 'us-east-1')).toEqual([])
})
