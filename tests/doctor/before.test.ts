/** The doctor before a first deployment: all is well in the sample organisation, and every condition that would stop a deployment is told. */

import type { PolicyDocument } from '@genai/local-cloud/organization'
import { describe, expect, it } from 'vitest'
import { CHECKS } from '../../cli/doctor/checks.ts'
import { organization } from '../../sample-organization.ts'
import { DOCTOR_ROLE, doctorPolicy } from '../../shared/policies/doctor.ts'
import { FEDERATED } from '../federated.ts'
import { type Case, declared, examine, HUB, short, TENANT1 } from './fixture.ts'

const ORGANISATION_ARN = 'arn:aws:organizations::111111111111:ou/o-genaiexample/ou-gen1-tenants0'
const CERTIFICATE = `arn:aws:acm:us-east-1:${HUB}:certificate/00000000-0000-0000-0000-000000000001`
const WITH_CERTIFICATE = [
  ['genai-hub-spoke:hostedZoneId: Z0123456789EXAMPLEHUB', `genai-hub-spoke:certificateArn: ${CERTIFICATE}`],
] as const
const vpcs = (account: string, count: number) =>
  Array.from({ length: count }, (_, index) =>
    declared('aws:ec2/vpc:Vpc', `vpc-${index}`, { cidrBlock: `10.${index}.0.0/16` }, account),
  )

/** Together they make every call: a certificate instead of a zone, and a name that something has. */
const EVERYTHING: readonly Case[] = [
  { ledger: [declared('aws:lb/loadBalancer:LoadBalancer', 'lb', { name: 'genai-hub', arn: 'arn:aws:lb' })] },
  { files: { hub: WITH_CERTIFICATE } },
]

/** What only --deployed asks: deployed.test.ts. */
const ONLY_DEPLOYED = ['cloudtrail:LookupEvents', 'cloudwatch:ListMetrics']

const deny = (action: string) => ({ Effect: 'Deny', Action: action, Resource: '*' }) as const

describe('the sample organisation', () => {
  it('has all that the stack files need, and every check is asked with the read-only role', async () => {
    const rows = await examine()
    // `npm start` needs no CLI: the one thing that is not asked there.
    expect(rows.filter(({ verdict }) => verdict !== 'ok').map(({ about }) => about)).toEqual(['Pulumi CLI'])
    const asked = new Set(rows.map(({ subject, id }) => `${subject} ${id}`))
    expect([...asked].filter((one) => one.startsWith('hub ')).length).toBeGreaterThanOrEqual(8)
    expect(rows.every(({ said }) => said !== '')).toBe(true)
  })

  it('is asked with exactly the permissions that --policy prints', async () => {
    const calls = (await Promise.all(EVERYTHING.map((one) => examine(one)))).flat().flatMap((row) => row.calls)
    const needed = new Set(calls.filter((call) => !call.startsWith('sts:')))
    const printed = doctorPolicy().Statement.flatMap(({ Action }) => Action ?? [])
    expect([...needed, ...ONLY_DEPLOYED].sort()).toEqual([...printed].sort())
  })
})

const regions = (...allowed: readonly string[]) => ({ StringNotEquals: { 'aws:RequestedRegion': allowed } })
const denying = (statement: Omit<PolicyDocument['Statement'][number], 'Effect'>): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', ...statement }],
})

/** A name that is nobody's for ever (RFC 6761). */
const PROVIDER = '{ issuer: https://idp.example.invalid, audience: a, tenantClaim: roles, claimFormat: list }'

const INTERNAL = [
  'genai-hub-spoke:allowedCidrBlocks: [198.51.100.0/24]',
  'genai-hub-spoke:allowedCidrBlocks: [10.0.0.0/8]\n  genai-hub-spoke:loadBalancer: internal',
] as const
const PRIVATE_DOOR = [
  'genai-hub-spoke:cidrBlock:',
  'genai-hub-spoke:endpointService: true\n  genai-hub-spoke:cidrBlock:',
] as const
const FEDERATED_IN_FILE = [
  'keySetVia: endpoint',
  `keySetVia: table\n  genai-hub-spoke:userPoolDomain: genai-example\n${Object.entries(FEDERATED)
    .map(([name, value]) => `  genai-hub-spoke:${name}: ${JSON.stringify(value)}`)
    .join('\n')}`,
] as const

/** What is wrong, the check that tells it, and what its answer and remedy say. */
const CONDITIONS: readonly (readonly [what: string, check: string, given: Case, said: RegExp, remedy: RegExp])[] = [
  [
    'a role that cannot be assumed',
    'credentials',
    { files: { 'spoke-tenant1': [['role/genai-deployer', 'role/no-such-role']] } },
    /AccessDenied: .*sts:AssumeRole/,
    /roleArn and profile in Pulumi.spoke-tenant1.yaml/,
  ],
  [
    'credentials of another account',
    'credentials',
    { files: { hub: [['genai-hub-spoke:account: "111111111111"', 'genai-hub-spoke:account: "444444444444"']] } },
    /platform-deployer.* in account 111111111111, not in 444444444444/,
    /Pulumi.hub.yaml/,
  ],
  [
    'a shell that is none of the deployers',
    'onboarding',
    { files: { hub: [[':role/platform-deployer', ':role/somebody-else']] } },
    /platform-deployer.* is none of .*somebody-else/,
    /deployers in Pulumi.hub.yaml/,
  ],
  [
    'a reader that is a deployer’s role',
    'reader',
    { options: { role: 'genai-deployer' } },
    /genai-deployer.* is a deployer's \(arn:aws:iam::222222222222:role\/genai-deployer\)/,
    /Name another with --role/,
  ],
  [
    'another organisation',
    'organisation',
    { files: { hub: [[ORGANISATION_ARN, ORGANISATION_ARN.replace('o-genaiexample', 'o-otherexample')]] } },
    /is in the organisation o-genaiexample, and shareWithOrganisation names o-otherexample/,
    /shareWithOrganisation in Pulumi.hub.yaml/,
  ],
  [
    'RAM sharing that is off',
    'organisation',
    { organization: { ramSharing: false } },
    /Services that may act in o-genaiexample: none/,
    /enable-sharing-with-aws-organization/,
  ],
  [
    "a tenant's account outside of the organisation",
    'sharing',
    { accounts: { [TENANT1]: { outside: true } } },
    /is in no organisation/,
    /shareWithAccounts in Pulumi.hub.yaml/,
  ],
  [
    'an account that shareWithAccounts leaves out',
    'sharing',
    {
      files: {
        hub: [
          [
            `genai-hub-spoke:shareWithOrganisation: ${ORGANISATION_ARN}`,
            'genai-hub-spoke:shareWithAccounts: ["333333333333"]',
          ],
        ],
      },
    },
    /shareWithAccounts lists 333333333333/,
    /Add 222222222222/,
  ],
  [
    'a zone that the account has not',
    'zones',
    { accounts: { [HUB]: { zones: { 'us-east-1a': 'use1-az1', 'us-east-1c': 'use1-az2' } } } },
    /The account has no us-east-1b. It has: us-east-1a, us-east-1c/,
    /availabilityZones in Pulumi.hub.yaml/,
  ],
  [
    'zones without the user pool’s endpoint',
    'zones',
    { accounts: { [HUB]: { zones: { 'us-east-1a': 'use1-az3', 'us-east-1b': 'use1-az5' } } } },
    /cognito-idp is in no zone/,
    /keySetVia to table, nat or inline/,
  ],
  [
    'too few vCPUs on Fargate',
    'quotas',
    {
      files: {
        hub: [
          [
            'genai-hub-spoke:clientInstance: true',
            'genai-hub-spoke:clientInstance: true\n  genai-hub-spoke:fargate: true',
          ],
        ],
        'spoke-tenant1': [['tier: small', 'tier: large\n  genai-hub-spoke:compute: fargate']],
      },
    },
    /40 needed, 6 allowed \(fargate\/L-3032A538/,
    /--quota-code L-3032A538/,
  ],
  [
    'zones without the client’s type of instance',
    'zones',
    { accounts: { [HUB]: { zones: { 'us-east-1a': 'use1-az3' } } } },
    /t4g.nano is in no zone/,
    /clientInstance to false/,
  ],
  [
    'a tenant’s zone without Bedrock',
    'zones',
    { files: { 'spoke-tenant1': [['[use1-az1, use1-az2]', '[use1-az1, use1-az3]']] } },
    /bedrock-runtime has no endpoint in use1-az3/,
    /availabilityZoneIds in Pulumi.spoke-tenant1.yaml/,
  ],
  [
    "a tenant's zone that the hub has not",
    'zones',
    { files: { 'spoke-tenant1': [['[use1-az1, use1-az2]', '[use1-az1, use1-az4]']] } },
    /use1-az4 is not among the hub's zones: use1-az1, use1-az2/,
    /availabilityZoneIds/,
  ],
  [
    'no room for another VPC in the tenant’s account',
    'quotas',
    { ledger: vpcs(TENANT1, 5) },
    /1 needed, 5 in use by others, 5 allowed \(vpc\/L-F678F1CE/,
    /In account 222222222222: aws service-quotas request-service-quota-increase .*--desired-value 6/,
  ],
  ...(
    [
      ['L-A2478D36', 'Transit Gateways', 0],
      ['L-E0233F82', 'attachments', 2],
      ['L-0263D0A3', 'Elastic IP', 0],
      ['L-DF5E4CA3', 'network interfaces', 3],
      ['L-0EA8095F', 'inbound rules', 3],
      ['L-53DA6B97', 'Load Balancers', 0],
      ['L-7EED9B64', 'listener rules', 2],
      ['L-B22855CB', 'target groups in the region', 1],
      ['L-C7B9AAAB', 'log groups', 4],
    ] as const
  ).map(
    ([code, what, value]) =>
      [
        `a quota of too few ${what}`,
        'quotas',
        { accounts: { [HUB]: { quotas: { [code]: value } } } },
        new RegExp(`needed.* ${value} allowed \\(\\w+/${code}`),
        new RegExp(`--quota-code ${code}`),
      ] as const,
  ),
  [
    'a quota of too few addresses for the NAT gateways of an internal load balancer',
    'quotas',
    {
      accounts: { [HUB]: { quotas: { 'L-0263D0A3': 2 } } },
      files: { hub: [INTERNAL] },
    },
    /^3 needed, 0 in use by others, 2 allowed \(ec2\/L-0263D0A3/m,
    /--quota-code L-0263D0A3 --desired-value 3/,
  ],
  ...(
    [
      ['network load balancer', 'elasticloadbalancing', 'L-69A177A2', '1 needed, 0 in use by others', 0],
      ['target group', 'elasticloadbalancing', 'L-B22855CB', '3 needed, 0 in use by others', 2],
      ['rule of the security group', 'vpc', 'L-0EA8095F', '5 needed', 4],
    ] as const
  ).map(
    ([what, service, code, needed, value]) =>
      [
        `a quota of no ${what} for the private door`,
        'quotas',
        { accounts: { [HUB]: { quotas: { [code]: value } } }, files: { hub: [PRIVATE_DOOR] } },
        new RegExp(`^${needed}, ${value} allowed \\(${service}/${code}`, 'm'),
        new RegExp(`--quota-code ${code} --desired-value ${value + 1}`),
      ] as const,
  ),
  [
    'a quota of too few rules for the providers of federated people',
    'quotas',
    { accounts: { [HUB]: { quotas: { 'L-7EED9B64': 3 } } }, files: { hub: [FEDERATED_IN_FILE] } },
    /^4 needed, 3 allowed \(elasticloadbalancing\/L-7EED9B64/m,
    /--quota-code L-7EED9B64 --desired-value 4/,
  ],
  [
    'a quota of too few rules for the tenants at the shared endpoint',
    'quotas',
    {
      accounts: { [HUB]: { quotas: { 'L-0EA8095F': 0 } } },
      files: {
        hub: [
          [
            'genai-hub-spoke:cidrBlock:',
            'genai-hub-spoke:centralModels: [us.amazon.nova-2-lite-v1:0, us.anthropic.claude-haiku-4-5-20251001-v1:0]\n  genai-hub-spoke:cidrBlock:',
          ],
        ],
        'spoke-tenant1': [
          ['genai-hub-spoke:cidrBlock: 10.64.0.0/24', 'genai-hub-spoke:modelEndpoint: hub'],
          ['  genai-hub-spoke:availabilityZoneIds: [use1-az1, use1-az2]\n', ''],
        ],
      },
    },
    /^1 needed, 0 allowed \(vpc\/L-0EA8095F, Inbound or outbound rules per security group\)/m,
    /--quota-code L-0EA8095F --desired-value 1/,
  ],
  [
    'a quota that AWS does not raise',
    'quotas',
    { accounts: { [HUB]: { quotas: { 'L-822D1B1B': 1 } } } },
    /2 needed, 1 allowed/,
    /a second hub/,
  ],
  [
    'the concurrency of a new account',
    'concurrency',
    { accounts: { [HUB]: { concurrencyLimit: 10 } } },
    /10 to reserve, of 10 concurrent executions/,
    /--quota-code L-B99A9384/,
  ],
  [
    'a concurrencyLimit that the account has not',
    'concurrency',
    { accounts: { [HUB]: { concurrencyLimit: 500 } } },
    /concurrencyLimit is 1000, and there are 500/,
    /Set concurrencyLimit in Pulumi.hub.yaml to 500/,
  ],
  ...(
    [
      [
        'RegionGuard',
        { NotAction: ['sts:*'], Resource: '*', Condition: regions('eu-central-1') },
        /what is made|ec2:CreateVpc/,
      ],
      [
        'TwoRegions',
        { Action: 'bedrock:*', Resource: '*', Condition: regions('us-east-1', 'us-east-2') },
        /bedrock:InvokeModel on \S+ in us-west-2: policy-p-\w+ \(p-\w+\), TwoRegions, at 222222222222/,
      ],
      [
        'OtherModels',
        { Action: 'bedrock:InvokeModel*', NotResource: 'arn:aws:bedrock:*::foundation-model/cohere.*' },
        /bedrock:InvokeModel on \S+nova-2-lite\S+ in us-east-1: policy-p-\w+ \(p-\w+\), OtherModels/,
      ],
    ] as const
  ).map(
    ([Sid, statement, said]) =>
      [
        `an attached policy that denies it: ${Sid}`,
        'service-control',
        { accounts: { [TENANT1]: { serviceControlPolicies: [denying({ Sid, ...statement })] } } },
        said,
        /change that policy/,
      ] as const,
  ),
  [
    'a profile that Bedrock has not',
    'models',
    { files: { 'spoke-tenant1': [['us.amazon.nova-2-lite-v1:0', 'us.amazon.nova-2-tiny-v1:0']] } },
    /has no inference profile us.amazon.nova-2-tiny-v1:0/,
    /list-inference-profiles/,
  ],
  [
    'a model whose last day is over',
    'models',
    { files: { 'spoke-tenant1': [['us.amazon.nova-2-lite-v1:0', 'amazon.titan-text-lite-v1']] } },
    /has no model amazon.titan-text-lite-v1/,
    /models of Pulumi.spoke-tenant1.yaml/,
  ],
  [
    'a model that is called through a profile only',
    'models',
    { files: { 'spoke-tenant1': [['us.amazon.nova-2-lite-v1:0', 'amazon.nova-2-lite-v1:0']] } },
    /is called through an inference profile only/,
    /models of Pulumi.spoke-tenant1.yaml/,
  ],
  [
    'a model without an agreement',
    'model-access',
    { accounts: { [TENANT1]: { models: ['us.amazon.nova-2-lite-v1:0'] } } },
    /agreement NOT_AVAILABLE, authorisation NOT_AUTHORIZED/,
    /asks for access to anthropic.claude-haiku-4-5-20251001-v1:0/,
  ],
  [
    'a region of a profile that the guard rails deny',
    'model-regions',
    {
      files: { 'spoke-tenant1': [['tier: small', 'tier: small\n  genai-hub-spoke:modelRegions: { us: [us-east-1] }']] },
    },
    /not allowed: us-east-2, us-west-2/,
    /us: \[us-east-1, us-east-2, us-west-2\]/,
  ],
  [
    'an invocation logging that is there already',
    'invocation-logging',
    {
      accounts: { [TENANT1]: { invocationLogGroup: '/security/bedrock' } },
      files: { 'spoke-tenant1': [['tier: small', 'tier: small\n  genai-hub-spoke:modelInvocationLogging: true']] },
    },
    /to log group \/security\/bedrock/,
    /modelInvocationLogging to false/,
  ],
  ['no hosted zone', 'domain', { accounts: { [HUB]: { hostedZones: {} } } }, /has no hosted zone Z0/, /hostedZoneId/],
  [
    'a private zone',
    'domain',
    { accounts: { [HUB]: { privateZones: ['Z0123456789EXAMPLEHUB'] } } },
    /is a private zone/,
    /certificateArn/,
  ],
  [
    'a zone of another domain',
    'domain',
    { accounts: { [HUB]: { hostedZones: { Z0123456789EXAMPLEHUB: 'example.org' } } } },
    /is the zone of example.org, and genai.example.com is not in it/,
    /domainName/,
  ],
  [
    'a name that has a record',
    'domain',
    {
      ledger: [
        declared('aws:route53/record:Record', 'r', {
          zoneId: 'Z0123456789EXAMPLEHUB',
          fqdn: 'genai.example.com',
          type: 'CNAME',
          records: ['elsewhere.example.com'],
        }),
      ],
    },
    /has a record already: CNAME/,
    /another domainName/,
  ],
  [
    'no certificate',
    'certificate',
    { files: { hub: WITH_CERTIFICATE } },
    /There is no certificate/,
    /certificateArn or domainName/,
  ],
  [
    'a certificate of another name',
    'certificate',
    { files: { hub: WITH_CERTIFICATE }, accounts: { [HUB]: { certificates: { [CERTIFICATE]: 'www.example.com' } } } },
    /ISSUED, for www.example.com; not for genai.example.com/,
    /domainName/,
  ],
  [
    'a certificate that nobody has validated',
    'certificate',
    {
      files: { hub: WITH_CERTIFICATE },
      ledger: [
        declared('aws:acm/certificate:Certificate', CERTIFICATE, {
          domainName: 'genai.example.com',
          domainValidationOptions: [{ resourceRecordName: '_x.genai.example.com', resourceRecordValue: '_y.acm' }],
        }),
      ],
    },
    /PENDING_VALIDATION/,
    /Finish its validation/,
  ],
  ...(
    [
      ['load balancer', 'aws:lb/loadBalancer:LoadBalancer', 'genai-hub', { name: 'genai-hub', arn: 'arn:aws:lb' }],
      ['role', 'aws:iam/role:Role', 'genai-onboarding', { name: 'genai-onboarding', assumeRolePolicy: '{}' }],
      [
        'policy',
        'aws:iam/policy:Policy',
        'p',
        {
          name: 'genai-gateway-boundary',
          arn: `arn:aws:iam::${HUB}:policy/genai-gateway-boundary`,
          path: '/',
          policy: '{}',
        },
      ],
      [
        'function',
        'aws:lambda/function:Function',
        'genai-gateway-tenant1',
        {
          name: 'genai-gateway-tenant1',
          arn: `arn:aws:lambda:us-east-1:${HUB}:function:genai-gateway-tenant1`,
          role: 'arn:aws:iam::111111111111:role/other',
        },
      ],
      ['log group', 'aws:cloudwatch/logGroup:LogGroup', '/genai/audit', { name: '/genai/audit' }],
      ['target group', 'aws:lb/targetGroup:TargetGroup', 'arn:tg', { name: 'genai-tenant1', arn: 'arn:tg' }],
      [
        'table',
        'aws:dynamodb/table:Table',
        'genai-tenants',
        {
          name: 'genai-tenants',
          arn: `arn:aws:dynamodb:us-east-1:${HUB}:table/genai-tenants`,
          hashKey: 'pk',
          attributes: [{ name: 'pk', type: 'S' }],
        },
      ],
    ] as const
  ).map(
    ([kind, type, id, outputs]) =>
      [
        `a ${kind} that has the name`,
        'names',
        { ledger: [declared(type, id, outputs)] },
        new RegExp(`has a ${kind} \\S+ that is not of stack`),
        /Delete or rename it/,
      ] as const,
  ),
  [
    'a role that has the name of a tenant’s tasks',
    'names',
    {
      ledger: [
        declared('aws:iam/role:Role', 'genai-task-tenant1', { name: 'genai-task-tenant1', assumeRolePolicy: '{}' }),
      ],
      files: {
        hub: [
          [
            'genai-hub-spoke:clientInstance: true',
            'genai-hub-spoke:clientInstance: true\n  genai-hub-spoke:fargate: true',
          ],
        ],
        'spoke-tenant1': [['tier: small', 'tier: small\n  genai-hub-spoke:compute: fargate']],
      },
    },
    /has a role genai-task-tenant1 that is not of stack spoke-tenant1/,
    /Delete or rename it/,
  ],
  [
    'an identity provider that nobody finds',
    'identity-provider',
    { files: { hub: [['keySetVia: endpoint', `keySetVia: table\n  genai-hub-spoke:identity: ${PROVIDER}`]] } },
    /no discovery document at https:\/\/idp\.example\.invalid\/\.well-known\/openid-configuration/,
    /identity in Pulumi\.hub\.yaml, or the provider/,
  ],
  [
    'stack files that do not fit',
    'files',
    { files: { 'spoke-tenant1': [['cidrBlock: 10.64.0.0/24', 'cidrBlock: 10.64.1.0/24']] } },
    /overlap/,
    /tenant -- check/,
  ],
]

describe('what would stop a deployment', () => {
  it.each(CONDITIONS)('%s', { timeout: 120_000 }, async (_what, check, given, said, remedy) => {
    const rows = (await examine({ ...given, only: check })).filter(({ verdict }) => verdict === 'failed')
    expect(rows.map((row) => row.said).join('\n')).toMatch(said)
    expect(rows.map((row) => row.remedy).join('\n')).toMatch(remedy)
  })

  it('is tried for every check', () => {
    // `tools` is of this machine. A role that a service has not made yet, or a guardrail that somebody enforces, stops nothing.
    const tried = new Set(CONDITIONS.map(([, check]) => check))
    expect(CHECKS.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([
      'tools',
      'service-linked-roles',
      'enforced-guardrail',
    ])
  })
})

describe('what may not be asked', () => {
  it('is not asked, with the permission that is missing, and never ✓', { timeout: 600_000 }, async () => {
    const deniedIn = (account: string, action: string) => ({
      roles: (organization.accounts.find(({ id }) => id === account)?.roles ?? []).map((role) => ({
        ...role,
        ...(role.name === DOCTOR_ROLE && {
          policy: { ...role.policy, Statement: [...role.policy.Statement, deny(action)] },
        }),
      })),
    })
    const asking = await Promise.all(EVERYTHING.map((one) => examine(one)))
    const told: string[] = []
    const actions = doctorPolicy()
      .Statement.flatMap(({ Action }) => Action ?? [])
      .filter((action) => !ONLY_DEPLOYED.includes(action))
    for (const action of actions) {
      const asks = asking.map((rows) => rows.find(({ calls }) => calls.includes(action))?.id)
      const only = asks.find((id) => id !== undefined) ?? 'nobody'
      const accounts = { [HUB]: deniedIn(HUB, action), [TENANT1]: deniedIn(TENANT1, action) }
      const rows = await examine({ ...EVERYTHING[asks.indexOf(only)], accounts, only })
      const open = rows.filter(({ verdict }) => verdict === 'notAsked')
      if (open.some(({ said, remedy }) => said.includes(action.split(':')[1] ?? '') && remedy !== undefined))
        told.push(action)
    }
    expect(told.sort()).toEqual([...actions].sort())
  })

  it('a tenant’s account without the role: why is told once', async () => {
    const rows = await examine({ accounts: { [TENANT1]: { roles: [] } } })
    const open = rows.filter(({ subject, verdict }) => subject === 'spoke-tenant1' && verdict === 'notAsked')
    expect(open.length).toBeGreaterThan(5)
    expect(open.filter(({ said }) => said.includes('AccessDenied')).map(({ id }) => id)).toEqual(['reader'])
    expect(open.every(({ remedy }) => remedy !== undefined)).toBe(true)
  })

  it('attached policies, of a hub that is not in the management account', async () => {
    const arn = 'arn:aws:organizations::999999999999:organization/o-genaiexample'
    const rows = await examine({ organization: { arn }, only: 'service-control' })
    expect(rows.map(({ verdict }) => verdict)).toEqual(['notAsked', 'notAsked', 'notAsked'])
    expect(rows[0]).toMatchObject({
      said: expect.stringContaining('Only the management account 999999999999'),
      remedy: expect.stringContaining('list-policies-for-target --filter SERVICE_CONTROL_POLICY --target-id'),
    })
  })

  it('whether sharing is on, of a hub that is not in the management account', async () => {
    const arn = 'arn:aws:organizations::999999999999:organization/o-genaiexample'
    const [row] = await examine({ organization: { arn }, only: 'organisation' })
    expect(row).toMatchObject({
      verdict: 'notAsked',
      said: expect.stringContaining('only the management account 999999999999'),
    })
  })
})

describe('what stops nothing, and is told', () => {
  it('guard rails that are not attached, and a condition that only a call shows', async () => {
    const statement = {
      Sid: 'Perhaps',
      Action: 'bedrock:InvokeModel*',
      Resource: '*',
      Condition: { Bool: { 'aws:ViaAWSService': 'false' } },
    }
    const accounts = { [TENANT1]: { serviceControlPolicies: [denying(statement)] } }
    const rows = (await examine({ accounts, only: 'service-control' })).filter(({ verdict }) => verdict !== 'ok')
    expect(rows.map(({ verdict, about }) => `${verdict} ${about}`)).toEqual([
      'unclear us.amazon.nova-2-lite-v1:0',
      'unclear us.anthropic.claude-haiku-4-5-20251001-v1:0',
      'unclear guard rails',
    ])
    expect(rows[0]?.said).toMatch(/It depends: bedrock:InvokeModel .*Perhaps/)
    expect(rows[2]?.remedy).toContain('npm run genai -- guardrails')
  })

  it('roles that services have not made yet', async () => {
    const [none] = await examine({ only: 'service-linked-roles' })
    expect(none).toMatchObject({
      verdict: 'ok',
      said: expect.stringMatching(/^Not yet: .*AWSServiceRoleForVPCTransitGateway/),
    })
    const serviceLinkedRoles = {
      'elasticloadbalancing.amazonaws.com': 'AWSServiceRoleForElasticLoadBalancing',
      'transitgateway.amazonaws.com': 'AWSServiceRoleForVPCTransitGateway',
    }
    const [all] = await examine({ accounts: { [HUB]: { serviceLinkedRoles } }, only: 'service-linked-roles' })
    expect(all?.said).toMatch(/^There: AWSServiceRoleForElasticLoadBalancing, AWSServiceRoleForVPCTransitGateway\.$/)
  })

  it('a deployer’s own credentials, which somebody asked for', async () => {
    const rows = await examine({ asDeployer: true, only: 'reader' })
    expect(rows.every(({ verdict, said }) => verdict === 'unclear' && said.includes("a deployer's"))).toBe(true)
  })
})

it('one stack alone', async () => {
  const rows = await examine({ options: { stack: 'spoke-tenant2' }, only: 'credentials' })
  expect(short(rows)).toEqual(['spoke-tenant2 credentials ok'])
  await expect(examine({ options: { stack: 'spoke-tenant9' } })).rejects.toThrow(
    'There is no Pulumi.spoke-tenant9.yaml',
  )
})
