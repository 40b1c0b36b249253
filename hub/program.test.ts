import { beforeAll, describe, expect, it } from 'vitest'
import { HUB_OUTPUT_NAMES, parseHubOutputs } from '../shared/read-contract.ts'
import { HUB_TAGS, type HubRecording, recordHub } from '../tests/hub-fixture.ts'

let recorded: HubRecording
beforeAll(async () => {
  recorded = await recordHub()
})

/** Types that take no tags, or are no resource of AWS. */
const TAGLESS =
  /^genai:|^pulumi:|ec2\/route:|RouteTableAssociation$|RouteTablePropagation$|ec2transitgateway\/route:|Association$|PolicyAttachment$|RolePolicy$|^aws:s3\/bucket[A-Z]|route53|certificateValidation|UserPoolClient$|UserPoolDomain$|ResourceServer$|lambda\/permission:|lambda\/invocation:|EventTarget$|ResourcePolicy$/

describe('the hub', () => {
  it('answers the contract, in full', () => {
    expect(Object.keys(recorded.outputs).sort()).toEqual(
      HUB_OUTPUT_NAMES.filter(
        (name) =>
          !/^(browserOrigin|userPoolDomain|identity|federatedProviders|keySet|alarmTopicArn|dashboard|leavingSubnet|fargate|centralModels|endpointService|loadBalancer|metricsSinkArn|keySets\w+)$/.test(
            name,
          ),
      ).sort(),
    )
    expect(parseHubOutputs(recorded.outputs, 'organization/genai-hub-spoke/hub')).toEqual(recorded.outputs)
    expect(recorded.outputs).toMatchObject({
      account: '111111111111',
      gatewayUrl: 'https://genai.example.com',
      listenerProtocol: 'HTTPS',
      zoneIds: ['use1-az1', 'use1-az2'],
      privateSubnets: [
        { id: 'subnet-private-a', cidrBlock: '10.0.0.0/19', zoneId: 'use1-az1' },
        { id: 'subnet-private-b', cidrBlock: '10.0.64.0/19', zoneId: 'use1-az2' },
      ],
      dynamodbPrefixListId: 'pl-endpoints-dynamodb',
    })
  })

  it('has no secret among its outputs', () => {
    expect(JSON.stringify(recorded.outputs)).not.toMatch(/secret|password/i)
  })

  it('works on one account, with one provider, and looks beforehand with another', () => {
    expect(recorded.one('pulumi:providers:aws', 'hub-checks').inputs).toEqual(
      recorded.one('pulumi:providers:aws', 'hub').inputs,
    )
    expect(recorded.one('pulumi:providers:aws', 'hub').inputs).toMatchObject({
      region: 'us-east-1',
      allowedAccountIds: '["111111111111"]',
    })
    for (const { type, name, provider } of recorded.resources) {
      if (type.startsWith('aws:')) expect(provider, `${type} ${name}`).toBe('hub')
    }
    expect(recorded.one('awsx:ec2:Vpc').providers).toEqual({ aws: 'hub' })
  })

  it('becomes the role that it is told to', async () => {
    const roleArn = 'arn:aws:iam::111111111111:role/deployer'
    const { one } = await recordHub({ credentials: { kind: 'role', roleArn, profile: 'platform' } })
    const { profile, assumeRoles } = one('pulumi:providers:aws', 'hub').inputs
    expect(profile).toBe('platform')
    expect(JSON.parse(String(assumeRoles))).toEqual([{ roleArn, sessionName: 'genai-hub' }])
  })

  it('tags everything that takes tags, with no tenant', () => {
    const tagged = recorded.resources.filter(({ type }) => !TAGLESS.test(type))
    expect(tagged.length).toBeGreaterThan(35)
    for (const { type, name, inputs } of tagged) {
      expect(inputs.tags, `${type} ${name}`).toMatchObject(HUB_TAGS)
      expect(inputs.tags).not.toHaveProperty('tenant')
    }
  })

  it('protects what loses data, and only when told to', async () => {
    const names = ({ resources }: HubRecording) => resources.filter(({ protect }) => protect).map(({ type }) => type)
    expect(names(recorded).sort()).toEqual([
      'aws:cloudwatch/logGroup:LogGroup',
      'aws:cognito/userPool:UserPool',
      'aws:dynamodb/table:Table',
      'aws:dynamodb/table:Table',
      'aws:s3/bucket:Bucket',
    ])
    expect(recorded.one('aws:cloudwatch/logGroup:LogGroup', 'network-flow-logs').retainOnDelete).toBe(true)
    const unprotected = await recordHub({ deletionProtection: false })
    expect(names(unprotected)).toEqual([])
    expect(unprotected.one('aws:cloudwatch/logGroup:LogGroup', 'network-flow-logs').retainOnDelete).toBe(false)
    expect(unprotected.one('aws:cognito/userPool:UserPool').inputs.deletionProtection).toBe('INACTIVE')
    expect(unprotected.one('aws:dynamodb/table:Table', 'tenants').inputs.deletionProtectionEnabled).toBe(false)
    expect(unprotected.one('aws:lb/loadBalancer:LoadBalancer').inputs.enableDeletionProtection).toBe(false)
  })

  it('can be previewed before anything is there', async () => {
    const { resources } = await recordHub({}, true)
    expect(resources.map(({ type, name }) => `${type} ${name}`).sort()).toEqual(
      recorded.resources.map(({ type, name }) => `${type} ${name}`).sort(),
    )
  })

  it('refuses a zone that the account does not have', async () => {
    await expect(recordHub({ availabilityZones: ['us-east-1a', 'us-east-1z'] })).rejects.toThrow(
      'The hub\'s account has no availability zone "us-east-1z". Allowed: us-east-1a, us-east-1b, us-east-1c.',
    )
  })

  it('makes each resource under its own name', () => {
    const names = recorded.resources.map(({ type, name }) => `${type} ${name}`)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('identity', () => {
  it('lets administrators create users, who cannot choose a tenant', () => {
    const { inputs } = recorded.one('aws:cognito/userPool:UserPool')
    expect(inputs).toMatchObject({
      adminCreateUserConfig: { allowAdminCreateUserOnly: true },
      deletionProtection: 'ACTIVE',
      schemas: [{ name: 'tenant_id', attributeDataType: 'String', mutable: false }],
      passwordPolicy: { minimumLength: 12, temporaryPasswordValidityDays: 3 },
    })
    const client = recorded.one('aws:cognito/userPoolClient:UserPoolClient').inputs
    expect(client.writeAttributes).toEqual(['name'])
    expect(client.readAttributes).toContain('custom:tenant_id')
  })

  it('signs in by password and refresh only, with short tokens and no secret', () => {
    expect(recorded.one('aws:cognito/userPoolClient:UserPoolClient').inputs).toMatchObject({
      generateSecret: false,
      explicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      preventUserExistenceErrors: 'ENABLED',
      enableTokenRevocation: true,
      idTokenValidity: 30,
      accessTokenValidity: 30,
      refreshTokenValidity: 12,
      tokenValidityUnits: { idToken: 'minutes', accessToken: 'minutes', refreshToken: 'hours' },
    })
  })

  it('has no domain, with which its endpoint would not work', () => {
    expect(recorded.resources.filter(({ type }) => type.includes('UserPoolDomain'))).toEqual([])
  })
})

describe('the table of tenants', () => {
  it('keeps two items a tenant, with a history and without a capacity to run out of', () => {
    expect(recorded.one('aws:dynamodb/table:Table', 'tenants').inputs).toMatchObject({
      name: 'genai-tenants',
      hashKey: 'tenantId',
      rangeKey: 'item',
      billingMode: 'PAY_PER_REQUEST',
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: true,
    })
  })
})

describe('the key set', () => {
  it('is an output only when it is handed out inline', async () => {
    const issuers: string[] = []
    const original = globalThis.fetch
    globalThis.fetch = (async (url: string) => {
      issuers.push(url)
      return Response.json({ keys: [{ kty: 'RSA', kid: 'one', n: 'n', e: 'AQAB', d: 'never copied' }] })
    }) as typeof fetch
    try {
      const { outputs, all } = await recordHub({ keySetVia: 'inline' })
      expect(outputs.keySet).toBe('{"keys":[{"kty":"RSA","kid":"one","n":"n","e":"AQAB"}]}')
      expect(issuers).toEqual(['https://cognito-idp.us-east-1.amazonaws.com/identity-id/.well-known/jwks.json'])
      expect(
        all('aws:ec2/vpcEndpoint:VpcEndpoint')
          .map(({ name }) => name)
          .sort(),
      ).toEqual(['endpoints-dynamodb', 'endpoints-sts'])
    } finally {
      globalThis.fetch = original
    }
  })
})
