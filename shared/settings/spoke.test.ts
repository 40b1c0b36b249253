import { describe, expect, it } from 'vitest'
import { type Change, mistakes, read, spoke } from '../../tests/settings.ts'
import { TASK_TIERS, TIERS } from '../compute.ts'

const IMAGE = `111111111111.dkr.ecr.us-east-1.amazonaws.com/genai-gateway@sha256:${'a'.repeat(64)}`
const TASKS = { cpuUnits: 256, memoryMegabytes: 512, timeoutSeconds: 900, minimumTasks: 2, maximumTasks: 3 }
const tasks = (change: Readonly<Record<string, number>> = {}) => JSON.stringify({ ...TASKS, ...change })

describe('spoke settings', () => {
  it('fills in the defaults', () => {
    expect(read(spoke)).toEqual({
      role: 'spoke',
      hubStack: 'organization/genai-hub-spoke/hub',
      tenantId: 'tenant1',
      account: '222222222222',
      credentials: { kind: 'ambient' },
      hubCredentials: { kind: 'ambient' },
      modelEndpoint: 'own',
      cidrBlock: '10.64.0.0/24',
      availabilityZoneIds: ['use1-az1', 'use1-az2'],
      models: { 'nova-2-lite': 'us.amazon.nova-2-lite-v1:0' },
      defaultModel: 'nova-2-lite',
      compute: { kind: 'lambda', tier: TIERS.small },
      modelRegions: {},
      modelPerimeter: 'everyRegion',
      modelInvocationLogging: false,
      shareMetrics: false,
      machineIssuers: {},
      groupCheck: 'both',
      attachmentDeletion: 'both',
      gatewayEndpoint: false,
      sharedAccount: false,
      sharedAccountWithoutLimits: false,
    })
  })

  describe('of a tenant that shares its account', () => {
    const TWO = { models: '{"fast":"us.amazon.nova-2-lite-v1:0","good":"us.anthropic.claude-haiku-4-5-20251001-v1:0"}' }
    const shared = (limits?: object, more: Change = {}): Change => ({
      ...TWO,
      defaultModel: 'fast',
      sharedAccount: 'true',
      ...(limits && { limits: JSON.stringify(limits) }),
      ...more,
    })
    const saysOf = (change: Change) => mistakes(spoke, change).problems.map(({ setting, got }) => `${setting}: ${got}`)

    it('take tokens a minute as its limit, of the tenant or of every model', () => {
      for (const limits of [
        { tenant: { tokensPerMinute: 1000 } },
        { models: { fast: { tokensPerMinute: 1000 }, good: { tokensPerMinute: 1 } } },
      ])
        expect(read(spoke, shared(limits))).toMatchObject({ sharedAccount: true })
    })

    it.each<[string, object | undefined, RegExp]>([
      ['no limits', undefined, /keeps fast, good from using up the account's quotas.*sharedAccountWithoutLimits true/],
      ['a model without', { models: { fast: { tokensPerMinute: 1000 } } }, /keeps good from/],
      ['limits of each user, who may be many', { user: { tokensPerMinute: 1 } }, /keeps fast, good from/],
      ['requests only, which Bedrock does not count', { tenant: { requestsPerMinute: 1 } }, /keeps fast, good from/],
      [
        'limits that are lifted with the counters',
        { tenant: { tokensPerMinute: 1 }, onLimitsUnavailable: 'allow' },
        /onLimitsUnavailable allow: while the counters are out of reach/,
      ],
    ])('refuse %s, unless the risk is typed', (_name, limits, says) => {
      expect(saysOf(shared(limits))).toEqual([expect.stringMatching(says)])
      expect(read(spoke, shared(limits, { sharedAccountWithoutLimits: 'true' }))).toMatchObject({
        sharedAccountWithoutLimits: true,
      })
    })

    it('refuse a typed risk of an account that is not shared', () => {
      expect(saysOf({ sharedAccountWithoutLimits: 'true' })).toEqual([
        expect.stringMatching(/^sharedAccountWithoutLimits: it is true, and sharedAccount is not/),
      ])
    })
  })

  it('reads tasks on Fargate, by a preset or by figures, and an image', () => {
    expect(read(spoke, { compute: 'fargate', tier: 'medium' })).toMatchObject({
      compute: { kind: 'fargate', tier: TASK_TIERS.medium },
    })
    expect(read(spoke, { compute: 'fargate', tier: tasks(), gatewayImage: IMAGE })).toMatchObject({
      compute: { kind: 'fargate', tier: TASKS, image: IMAGE },
    })
  })

  it('reads both sides of the credentials, and a tier in figures', () => {
    const roleArn = 'arn:aws:iam::222222222222:role/genai-deployer'
    const tier = { memoryMegabytes: 2048, timeoutSeconds: 900, reservedConcurrency: 7 }
    expect(
      read(spoke, { roleArn, hubProfile: 'hub', tier: JSON.stringify(tier), hubStack: 'acme/genai/hub' }),
    ).toMatchObject({
      credentials: { kind: 'role', roleArn },
      hubCredentials: { kind: 'profile', profile: 'hub' },
      hubStack: 'acme/genai/hub',
      compute: { kind: 'lambda', tier },
    })
  })

  it('reads limits, and says where in them a mistake is', () => {
    const limits = { tenant: { requestsPerMinute: 100 }, models: { 'nova-2-lite': { dollarsPerMonth: '12.50' } } }
    expect(read(spoke, { limits: JSON.stringify(limits) })).toMatchObject({
      limits: { tenant: { requestsPerMinute: 100 }, models: { 'nova-2-lite': { dollarsPerMonth: 12.5 } } },
    })
    expect(mistakes(spoke, { limits: '{"tenant":{"requestsPerMinute":0}}' }).problems[0]?.fix).toBe(
      'pulumi config set --path limits.tenant.requestsPerMinute {NUMBER} -s spoke-tenant1',
    )
    expect(mistakes(spoke, { limits: '{"models":{"nova-2-lite":{"tokensPerDay":0}}}' }).problems[0]?.fix).toBe(
      `pulumi config set --path 'limits.models["nova-2-lite"].tokensPerDay' {NUMBER} -s spoke-tenant1`,
    )
  })

  it('takes lists of models, asked one after the other', () => {
    const [first, second] = ['us.amazon.nova-2-lite-v1:0', 'amazon.nova-lite-v1:0']
    const of = (models: unknown) => read(spoke, { models: JSON.stringify(models), defaultModel: 'fast' })
    expect(of({ fast: [first, second], other: second })).toMatchObject({
      models: { fast: first, other: second },
      fallbacks: { fast: [second] },
    })
    expect(of({ fast: { id: [first, second], maxTokens: 100 } })).toMatchObject({
      models: { fast: first },
      fallbacks: { fast: [second] },
      maxTokens: { fast: 100 },
    })
    expect(of({ fast: [first] })).not.toHaveProperty('fallbacks')
  })

  it.each<[string, unknown, RegExp]>([
    ['an empty list', [], /"fast" has 0 ids/],
    ['four models', ['a.a', 'a.b', 'a.c', 'a.d'], /"fast" has 4 ids/],
    ['one twice', ['a.a', 'a.a'], /"fast" has "a.a" twice/],
    ['a number', ['a.a', 1], /an id that is not text/],
    [
      'models of numbers',
      ['amazon.titan-embed-text-v2:0', 'cohere.embed-v4:0'],
      /vectors of two models are not compared/,
    ],
  ])('refuses %s in a list of models', (_name, list, words) => {
    expect(mistakes(spoke, { models: JSON.stringify({ fast: list }) }).message).toMatch(words)
  })

  it.each([
    'amazon.titan-text-lite-v1',
    'anthropic.claude-3-haiku-20240307-v1:0',
    'us.anthropic.claude-haiku-4-5-20251001-v1:0',
    'global.anthropic.claude-haiku-4-5-20251001-v1:0',
    'deepseek.v3.1',
    'openai.gpt-oss-20b-1:0',
  ])('takes the model id %s', (id) => {
    expect(read(spoke, { models: JSON.stringify({ model: id }) })).toMatchObject({ models: { model: id } })
  })

  it('takes a model’s own default for the length of an answer', () => {
    const models = { long: { id: 'us.amazon.nova-2-lite-v1:0', maxTokens: 20_000 }, short: 'amazon.nova-lite-v1:0' }
    expect(read(spoke, { models: JSON.stringify(models), defaultModel: 'long' })).toMatchObject({
      models: { long: 'us.amazon.nova-2-lite-v1:0', short: 'amazon.nova-lite-v1:0' },
      maxTokens: { long: 20_000 },
    })
  })

  it.each<[string, Change, string, string]>([
    ['an id with a hyphen', { tenantId: 'tenant-1' }, 'tenantId', '"tenant-1" is not a tenant\'s id'],
    ['an id in upper case', { tenantId: 'Tenant1' }, 'tenantId', "is not a tenant's id"],
    ['an id that is too long', { tenantId: `t${'1'.repeat(20)}` }, 'tenantId', "is not a tenant's id"],
    ['a block that is too small', { cidrBlock: '10.64.0.0/26' }, 'cidrBlock', 'is a /26.'],
    ['zone names for ids', { availabilityZoneIds: '["us-east-1a"]' }, 'availabilityZoneIds', 'is not the id of an'],
    [
      'four zones',
      { availabilityZoneIds: '["use1-az1","use1-az2","use1-az3","use1-az4"]' },
      'availabilityZoneIds',
      'it has 4 entries',
    ],
    ['no models', { models: '{}' }, 'models', 'it has 0 names'],
    ['a model name in upper case', { models: '{"Nova":"amazon.nova-lite-v1:0"}' }, 'models', '"Nova" is not a name'],
    [
      'a model name that is a trap',
      { models: '{"__proto__":"amazon.nova-lite-v1:0"}' },
      'models',
      '"__proto__" is not a name',
    ],
    ['a model id that is a wildcard', { models: '{"nova":"amazon.*"}' }, 'models', '"amazon.*" is not a model'],
    [
      'an ARN for a model id',
      { models: '{"nova":"arn:aws:bedrock:us-east-1:222222222222:application-inference-profile/abc"}' },
      'models',
      'is an ARN. Application inference profiles and ARNs are not supported: name the model or the profile behind it.',
    ],
    [
      'regions that are none',
      { modelRegions: '{"xx":["Mars"]}' },
      'modelRegions',
      'xx: "Mars" is not the name of a region',
    ],
    ['a model id that is no text', { models: '{"nova":1}' }, 'models', 'neither text, list nor map'],
    ['a model without an id', { models: '{"nova":{"maxTokens":9}}' }, 'models', '"nova" has no id'],
    [
      'too many tokens for a model',
      { models: '{"nova":{"id":"amazon.nova-lite-v1:0","maxTokens":200000}}' },
      'models',
      '200000',
    ],
    [
      'an unknown entry of a model',
      { models: '{"nova":{"id":"amazon.nova-lite-v1:0","tokens":9}}' },
      'models',
      'unknown entry "tokens"',
    ],
    [
      'a default that is not in the list',
      { defaultModel: 'claude' },
      'defaultModel',
      '"claude" is not in models, which has nova-2-lite',
    ],
    [
      'no default of two',
      { models: '{"a":"amazon.nova-lite-v1:0","b":"amazon.nova-pro-v1:0"}' },
      'defaultModel',
      'models has 2 names: a, b',
    ],
    ['an unknown preset', { tier: 'huge' }, 'tier', '"huge" is not a preset'],
    ['a preset that every object has', { tier: 'toString' }, 'tier', '"toString" is not a preset'],
    [
      'a tier without a figure',
      { tier: '{"memoryMegabytes":256,"timeoutSeconds":60}' },
      'tier',
      'it has no reservedConcurrency',
    ],
    [
      'a tier over a limit',
      { tier: '{"memoryMegabytes":20480,"timeoutSeconds":60,"reservedConcurrency":1}' },
      'tier',
      'memoryMegabytes: 20480 is out of range',
    ],
    [
      'a tier with a misspelling',
      { tier: '{"memory":256,"timeoutSeconds":60,"reservedConcurrency":1}' },
      'tier',
      'unknown entry "memory"',
    ],
    ['a misspelt compute', { compute: 'fargat' }, 'compute', '"fargat"'],
    [
      'figures of a function for tasks',
      { compute: 'fargate', tier: '{"memoryMegabytes":256,"timeoutSeconds":60,"reservedConcurrency":1}' },
      'tier',
      'the figures of a function, and compute is fargate',
    ],
    [
      'figures of tasks for a function',
      { tier: tasks() },
      'tier',
      'the figures of tasks on Fargate, and compute is lambda',
    ],
    [
      'figures of both',
      { compute: 'fargate', tier: tasks({ reservedConcurrency: 5 }) },
      'tier',
      "it has reservedConcurrency, which is a function's",
    ],
    [
      'memory that Fargate does not have for the CPU',
      { compute: 'fargate', tier: tasks({ memoryMegabytes: 4096 }) },
      'tier',
      'Fargate has no 4096 for 256 CPU units, but 512, 1024, 2048',
    ],
    [
      'CPU units that Fargate does not have',
      { compute: 'fargate', tier: tasks({ cpuUnits: 300 }) },
      'tier',
      'cpuUnits: ',
    ],
    ['one task', { compute: 'fargate', tier: tasks({ minimumTasks: 1 }) }, 'tier', 'minimumTasks: 1 is out of range'],
    [
      'fewer tasks at most than at least',
      { compute: 'fargate', tier: tasks({ minimumTasks: 5 }) },
      'tier',
      'maximumTasks: 3 is less than minimumTasks, 5',
    ],
    [
      'a request that a deployment would cut',
      { compute: 'fargate', tier: tasks({ timeoutSeconds: 3601 }) },
      'tier',
      'timeoutSeconds: 3601 is out of range',
    ],
    [
      'limits that are no figures',
      { limits: '{"tenant":{"requestsPerMinute":"many"}}' },
      'limits',
      'tenant.requestsPerMinute is "many", not a whole number.',
    ],
    [
      'a misspelt limit',
      { limits: '{"user":{"tokenPerDay":1}}' },
      'limits',
      'user has the unknown entry "tokenPerDay"',
    ],
    [
      'a percentage of no budget',
      { limits: '{"tenant":{"warnAt":70,"tokensPerDay":1}}' },
      'limits',
      'tenant has warnAt without dollarsPerMonth',
    ],
    [
      'limits of a model that the tenant does not have',
      { limits: '{"models":{"claude":{"tokensPerDay":1}}}' },
      'limits',
      'it has limits of "claude", which is not in models: nova-2-lite.',
    ],
    ['an image for a function', { gatewayImage: IMAGE }, 'compute', 'it is lambda, and gatewayImage is set'],
    [
      'an image by its tag',
      { compute: 'fargate', gatewayImage: '111111111111.dkr.ecr.us-east-1.amazonaws.com/genai-gateway:latest' },
      'gatewayImage',
      'is not a repository and a digest',
    ],
    [
      "a role in the hub's account",
      { roleArn: 'arn:aws:iam::111111111111:role/deployer' },
      'roleArn',
      "not in the tenant's account",
    ],
    ['a hub stack that is not in full', { hubStack: 'hub' }, 'hubStack', 'is not the full name of a stack'],
    ["a hub's setting", { region: 'us-east-1' }, 'region', 'there is no such setting for this role'],
  ])('refuses %s', (_what, change, setting, got) => {
    const { problems, message } = mistakes(spoke, change)
    expect(problems).toHaveLength(1)
    expect(problems[0]?.setting).toBe(setting)
    expect(problems[0]?.got).toContain(got)
    expect(message).toMatch(
      /Allowed: .+ Fix: (pulumi config set .+ -s spoke-tenant1|take it out of Pulumi\.spoke-tenant1\.yaml, .+)$/,
    )
  })
})
