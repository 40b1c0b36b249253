import { describe, expect, it } from 'vitest'
import { type Change, hub, mistakes, read } from '../../tests/settings.ts'

const blocks = (count: number) => JSON.stringify(Array.from({ length: count }, (_, index) => `198.51.100.${index}/32`))

describe('hub settings', () => {
  it('fills in the defaults', () => {
    expect(read(hub)).toEqual({
      role: 'hub',
      account: '111111111111',
      region: 'us-east-1',
      credentials: { kind: 'ambient' },
      cidrBlock: '10.0.0.0/16',
      spokesCidrBlock: '10.64.0.0/10',
      availabilityZones: ['us-east-1a', 'us-east-1b'],
      sharing: { kind: 'organisation', arn: hub.shareWithOrganisation },
      listener: { kind: 'hostedZone', domainName: 'genai.example.com', hostedZoneId: 'Z0123456789EXAMPLEHUB' },
      loadBalancer: 'public',
      allowedCidrBlocks: ['198.51.100.0/24'],
      wafRateLimit: 2000,
      clientInstance: false,
      dashboard: false,
      keySetVia: 'endpoint',
      userPoolMfa: 'off',
      federatedProviders: {},
      federatedSecrets: {},
      deployers: ['arn:aws:iam::111111111111:role/platform-deployer'],
      concurrencyLimit: 1000,
      fargate: false,
      fargateVcpuLimit: 6,
      listenerRules: 100,
      auditRetentionDays: 365,
      deletionProtection: true,
    })
  })

  it('reads the other kinds of listener, sharing and credentials', () => {
    const certificateArn = 'arn:aws:acm:us-east-1:111111111111:certificate/12345678-1234-1234-1234-123456789012'
    expect(read(hub, { hostedZoneId: undefined, certificateArn })).toMatchObject({
      listener: { kind: 'certificate', domainName: 'genai.example.com', certificateArn },
    })
    expect(read(hub, { hostedZoneId: undefined, domainName: undefined, allowInsecureHttp: 'true' })).toMatchObject({
      listener: { kind: 'insecureHttp' },
    })
    // YAML's unquoted numbers arrive as numbers.
    expect(
      read(hub, { shareWithOrganisation: undefined, shareWithAccounts: '[222222222222, "333333333333"]' }),
    ).toMatchObject({ sharing: { kind: 'accounts', accounts: ['222222222222', '333333333333'] } })
    const roleArn = 'arn:aws:iam::111111111111:role/team/deployer'
    expect(read(hub, { roleArn, profile: 'platform' })).toMatchObject({
      credentials: { kind: 'role', roleArn, profile: 'platform' },
    })
    expect(read(hub, { profile: 'platform' })).toMatchObject({ credentials: { kind: 'profile', profile: 'platform' } })
  })

  it('reads a shared model endpoint', () => {
    expect(read(hub, { centralModels: '["amazon.nova-lite-v1:0"]' })).toMatchObject({
      centralModels: { modelIds: ['amazon.nova-lite-v1:0'], modelRegions: {}, groupRules: 60 },
    })
    expect(
      read(hub, {
        centralModels: '["zz.amazon.nova-lite-v1:0"]',
        centralModelRegions: '{"zz":["us-east-1","us-west-2"]}',
        securityGroupRules: '100',
      }),
    ).toMatchObject({ centralModels: { modelRegions: { zz: ['us-east-1', 'us-west-2'] }, groupRules: 100 } })
  })

  it('reads a private door, and a load balancer without public addresses', () => {
    expect(read(hub, {})).toMatchObject({ loadBalancer: 'public' })
    expect(read(hub, {})).not.toHaveProperty('endpointService')
    expect(
      read(hub, { endpointService: 'true', loadBalancer: 'internal', allowedCidrBlocks: '["10.0.0.0/8"]' }),
    ).toMatchObject({ loadBalancer: 'internal', endpointService: { accounts: [] } })
    expect(read(hub, { endpointService: 'true', endpointServiceAccounts: '["555555555555"]' })).toMatchObject({
      endpointService: { accounts: ['555555555555'] },
    })
  })

  it.each<[string, Change, string, string]>([
    [
      'a private door without a name that can be proven',
      {
        endpointService: 'true',
        hostedZoneId: undefined,
        certificateArn: 'arn:aws:acm:us-east-1:111111111111:certificate/12345678-1234-1234-1234-123456789012',
      },
      'endpointService',
      'hostedZoneId is not set',
    ],
    [
      'partners without a door',
      { endpointServiceAccounts: '["555555555555"]' },
      'endpointServiceAccounts',
      'endpointService is not true',
    ],
    [
      'the hub’s own account as a partner',
      { endpointService: 'true', endpointServiceAccounts: '["111111111111"]' },
      'endpointServiceAccounts',
      "it holds the hub's own account",
    ],
    [
      'public addresses at an internal load balancer',
      { loadBalancer: 'internal', allowedCidrBlocks: '["10.0.0.0/8","198.51.100.0/24"]' },
      'allowedCidrBlocks',
      '"198.51.100.0/24" is not private',
    ],
    [
      'as many blocks as fit without a private door',
      {
        endpointService: 'true',
        clientInstance: 'false',
        allowedCidrBlocks: blocks(30),
      },
      'allowedCidrBlocks',
      'and an endpoint service a security group has room for 29',
    ],
    ['a shared model that is an ARN', { centralModels: '["arn:aws:bedrock:x"]' }, 'centralModels', 'is not a model'],
    [
      'a shared profile of a geography that the region is not in',
      { centralModels: '["amazon.nova-lite-v1:0","eu.amazon.nova-lite-v1:0"]' },
      'centralModels',
      'is not known to be callable from us-east-1',
    ],
    [
      'more shared models than a policy holds',
      {
        centralModels: JSON.stringify(
          Array.from({ length: 50 }, (_, i) => `us.anthropic.claude-number-${i}-20260101-v1:0`),
        ),
      },
      'centralModels',
      'AWS allows 20480. List fewer centralModels: it has 50.',
    ],
    [
      'regions of shared models, without such',
      { centralModelRegions: '{"us":["us-east-1"]}' },
      'centralModelRegions',
      'centralModels is not',
    ],
    ['a quota that nothing reads', { securityGroupRules: '100' }, 'securityGroupRules', 'centralModels is not'],
    ['no account', { account: undefined }, 'account', 'it is not set.'],
    ['a short account', { account: '12345678901' }, 'account', '"12345678901" is not 12 digits. Quote it'],
    ['an account in scientific notation', { account: '1.11e+11' }, 'account', '"1.11e+11" is not 12 digits.'],
    ['a region of another partition', { region: 'cn-north-1' }, 'region', '"cn-north-1" is not a region'],
    ['GovCloud', { region: 'us-gov-west-1' }, 'region', '"us-gov-west-1" is not a region'],
    ['a zone in the place of a region', { region: 'us-east-1a' }, 'region', '"us-east-1a" is not a region'],
    ['a CIDR with host bits', { cidrBlock: '10.0.0.1/16' }, 'cidrBlock', 'Write 10.0.0.0/16.'],
    ['a CIDR that is too small for the plan', { cidrBlock: '10.0.0.0/22' }, 'cidrBlock', 'is a /22.'],
    ['public addresses', { cidrBlock: '8.8.0.0/16' }, 'cidrBlock', 'is not a private range.'],
    ['an IPv6 block', { spokesCidrBlock: 'fd00::/8' }, 'spokesCidrBlock', 'not an IPv4 CIDR block'],
    ['a supernet around the hub', { spokesCidrBlock: '10.0.0.0/8' }, 'spokesCidrBlock', "overlaps the hub's own"],
    ['a hub in the supernet', { cidrBlock: '10.64.0.0/16' }, 'spokesCidrBlock', "overlaps the hub's own"],
    ['one zone', { availabilityZones: '["us-east-1a"]' }, 'availabilityZones', 'it has 1 entries.'],
    ['a zone twice', { availabilityZones: '["us-east-1a","us-east-1a"]' }, 'availabilityZones', 'in it twice'],
    ['a zone elsewhere', { availabilityZones: '["us-east-1a","us-west-2a"]' }, 'availabilityZones', '"us-west-2a"'],
    ['zones as text', { availabilityZones: 'us-east-1a' }, 'availabilityZones', 'neither a list nor a map'],
    ['zones as a map', { availabilityZones: '{"a":"b"}' }, 'availabilityZones', 'is not a list'],
    ['sharing with nobody', { shareWithOrganisation: undefined }, 'shareWithOrganisation', 'neither it nor'],
    ['sharing both ways', { shareWithAccounts: '["222222222222"]' }, 'shareWithOrganisation', 'is set as well'],
    [
      'sharing with a root',
      { shareWithOrganisation: 'arn:aws:organizations::1:root/o-a/r-b' },
      'shareWithOrganisation',
      'is not the ARN',
    ],
    [
      'sharing with itself',
      { shareWithOrganisation: undefined, shareWithAccounts: '["111111111111"]' },
      'shareWithAccounts',
      "the hub's own account",
    ],
    [
      'no way to a listener',
      { domainName: undefined, hostedZoneId: undefined },
      'domainName',
      'neither is allowInsecureHttp',
    ],
    [
      'allowInsecureHttp: false and no domain',
      { domainName: undefined, hostedZoneId: undefined, allowInsecureHttp: 'false' },
      'domainName',
      'not set',
    ],
    [
      'a domain without a certificate',
      { hostedZoneId: undefined },
      'hostedZoneId',
      'neither hostedZoneId nor certificateArn',
    ],
    ['a zone without a domain', { domainName: undefined }, 'domainName', 'it is not set'],
    [
      'a zone and a certificate',
      { certificateArn: 'arn:aws:acm:us-east-1:111111111111:certificate/12345678-1234-1234-1234-123456789012' },
      'hostedZoneId',
      'certificateArn as well',
    ],
    [
      'a certificate elsewhere',
      {
        hostedZoneId: undefined,
        certificateArn: 'arn:aws:acm:us-west-2:111111111111:certificate/12345678-1234-1234-1234-123456789012',
      },
      'certificateArn',
      'is not in account 111111111111 and region us-east-1',
    ],
    ['a domain name and allowInsecureHttp', { allowInsecureHttp: 'true' }, 'allowInsecureHttp', 'are set as well'],
    [
      'a hosted zone and allowInsecureHttp',
      { allowInsecureHttp: 'true', domainName: undefined },
      'allowInsecureHttp',
      'is set as well',
    ],
    ['yes for true', { allowInsecureHttp: 'yes' }, 'allowInsecureHttp', '"yes" is neither true nor false'],
    [
      'a domain that no certificate can be requested for',
      { domainName: `${'a'.repeat(53)}.example.com` },
      'domainName',
      'it has 65 characters, and ACM requests certificates for names of up to 64',
    ],
    ['a wildcard domain', { domainName: '*.example.com' }, 'domainName', 'is not a lower-case host name'],
    ['a URL for a domain', { domainName: 'https://genai.example.com' }, 'domainName', 'is not a lower-case host name'],
    [
      'more blocks than a security group has rules for, at two ports',
      { allowedCidrBlocks: blocks(31) },
      'allowedCidrBlocks',
      'it has 31 blocks; with ports 443 and 80 a security group has room for 30: join some',
    ],
    [
      'as many, and a client instance',
      { allowedCidrBlocks: blocks(30), clientInstance: 'true' },
      'allowedCidrBlocks',
      'with ports 443 and 80 and a client instance a security group has room for 29',
    ],
    [
      'more deployers than a trust policy has room for',
      {
        deployers: JSON.stringify(
          Array.from({ length: 10 }, (_, index) => `arn:aws:iam::111111111111:role/${'platform-'.repeat(6)}${index}`),
        ),
      },
      'deployers',
      "make the onboarding role's trust policy",
    ],
    ['nobody allowed', { allowedCidrBlocks: '[]' }, 'allowedCidrBlocks', 'it has 0 entries'],
    [
      'an address for a block',
      { allowedCidrBlocks: '["198.51.100.1"]' },
      'allowedCidrBlocks',
      'not an IPv4 CIDR block',
    ],
    ['a retention of CloudWatch’s “for ever”', { auditRetentionDays: '0' }, 'auditRetentionDays', '"0" is none'],
    ['a retention that CloudWatch does not know', { auditRetentionDays: '366' }, 'auditRetentionDays', '"366" is none'],
    ['a topic’s name', { alarmTopicArn: 'alarms' }, 'alarmTopicArn', '"alarms" is not the ARN of a standard SNS topic'],
    [
      'a FIFO topic',
      { alarmTopicArn: 'arn:aws:sns:us-east-1:111111111111:alarms.fifo' },
      'alarmTopicArn',
      'is not the ARN of a standard SNS topic',
    ],
    [
      'a topic of another region',
      { alarmTopicArn: 'arn:aws:sns:eu-west-1:111111111111:alarms' },
      'alarmTopicArn',
      'is not in us-east-1.',
    ],
    [
      'metrics of accounts that nothing shows',
      { accountMetrics: 'make' },
      'accountMetrics',
      'it is set, and dashboard is not true',
    ],
    [
      'a sink of another account',
      { dashboard: 'true', accountMetrics: 'arn:aws:oam:us-east-1:222222222222:sink/0a1b' },
      'accountMetrics',
      'is not in account 111111111111 and region us-east-1.',
    ],
    ['a sink’s name', { dashboard: 'true', accountMetrics: 'genai' }, 'accountMetrics', '"genai" is not make, or'],
    ['a rate under the limit', { wafRateLimit: '9' }, 'wafRateLimit', '9 is out of range'],
    ['a rate over the limit', { wafRateLimit: '2000000001' }, 'wafRateLimit', 'out of range'],
    ['a rate that is no number', { wafRateLimit: '1e3' }, 'wafRateLimit', '"1e3" is not a whole number'],
    [
      'a concurrency limit that AWS cannot have',
      { concurrencyLimit: '100' },
      'concurrencyLimit',
      '100 is out of range',
    ],
    ['an unknown way to the key set', { keySetVia: 'internet' }, 'keySetVia', '"internet" is none of the choices'],
    [
      'a user for a deployer',
      { deployers: '["arn:aws:iam::111111111111:user/me"]' },
      'deployers',
      'is not the ARN of an IAM role',
    ],
    ['everybody for a deployer', { deployers: '["*"]' }, 'deployers', 'is not the ARN of an IAM role'],
    [
      'a role in another account',
      { roleArn: 'arn:aws:iam::222222222222:role/deployer' },
      'roleArn',
      "not in the hub's account",
    ],
    ['a misspelt setting', { wafRatelimit: '100' }, 'wafRatelimit', 'there is no such setting'],
    ["a spoke's setting", { tenantId: 'tenant1' }, 'tenantId', 'there is no such setting for this role'],
    ['a name that every object has', { toString: 'x' }, 'toString', 'there is no such setting'],
  ])('refuses %s', (_what, change, setting, got) => {
    const { problems, message } = mistakes(hub, change)
    expect(problems).toHaveLength(1)
    expect(problems[0]?.setting).toBe(setting)
    expect(problems[0]?.got).toContain(got)
    expect(message).toContain(`- ${setting}: `)
    expect(message).toMatch(/Allowed: .+ Fix: (pulumi config (set|rm) .+ -s hub|take it out of Pulumi\.hub\.yaml, .+)$/)
  })

  it('leaves a contradiction to who wrote it', () => {
    const fixOf = (change: Change) => mistakes(hub, change).problems[0]?.fix
    expect(fixOf({ allowInsecureHttp: 'true' })).toBe(
      "pulumi config rm '{allowInsecureHttp, or domainName and hostedZoneId}' -s hub",
    )
    expect(fixOf({ shareWithAccounts: '["222222222222"]' })).toBe(
      "pulumi config rm '{shareWithOrganisation or shareWithAccounts}' -s hub",
    )
    expect(fixOf({ cidrBlock: '10.64.0.0/16' })).toBe('pulumi config set spokesCidrBlock {BLOCK} -s hub')
    expect(fixOf({ availabilityZones: '["us-east-1a","us-west-2b"]' })).toBe(
      "pulumi config set --path 'availabilityZones[1]' {ZONE} -s hub",
    )
  })

  it('blames the region that nobody knows, not the zones of another', () => {
    const { problems } = mistakes(hub, { region: 'us-esat-1' })
    expect(problems.map(({ setting, fix }) => [setting, fix])).toEqual([
      ['region', 'pulumi config set region us-east-1 -s hub'],
    ])
    // Of two that are known, either may be the mistake: the command decides nothing.
    expect(mistakes(hub, { region: 'us-west-2' }).problems.map(({ setting }) => setting)).toEqual([
      'availabilityZones',
      'availabilityZones',
    ])
  })

  it('tells every mistake at once', () => {
    const { problems } = mistakes(hub, { account: '1', region: 'mars', wafRateLimit: 'many' })
    expect(problems.map(({ setting }) => setting)).toEqual(['account', 'region', 'wafRateLimit'])
  })
})
