/**
 * Service control policies for the organisational unit of the tenants' accounts: what nobody in them may do, whatever their
 * own administrators allow. A platform team attaches them to the unit; no stack does, as that takes the organisation's
 * management account.
 */
import { type PolicyDocument, type PolicyStatement, policy, policyText } from './document.ts'
import type { ModelRegions } from './geographies.ts'
import { invokeStatements } from './models.ts'
import { type ModelPerimeter, withoutEndpoint } from './tenant-role.ts'

export interface GuardRails {
  /** The hub's region, which the tenants' accounts work in. */
  readonly region: string
  /** Bedrock model or inference profile ids that any tenant may be given. */
  readonly modelIds: readonly string[]
  /** Where requests to profiles go, by geography. @default the list's */
  readonly modelRegions?: ModelRegions
  /** The widest that a tenant has. @default everyRegion */
  readonly modelPerimeter?: ModelPerimeter
  /** Roles of the tenants' accounts that call with tokens of STS, and the audiences of these. @default none */
  readonly machines?: readonly MachineRole[]
}

export interface MachineRole {
  readonly roleArn: string
  readonly audience: string
}

/**
 * What is called in one region, whatever region is worked in: an account's own settings, its bill, who may do what, support, and the
 * marketplace, whose agreements are a step of onboarding. Compared with the region guard of AWS Control Tower; a test says what of that
 * is left out, and why.
 */
export const GLOBAL_SERVICES = [
  ...['account:*', 'activate:*', 'artifact:*', 'aws-marketplace-management:*', 'aws-marketplace:*', 'aws-portal:*'],
  ...['billing:*', 'billingconductor:*', 'budgets:*', 'ce:*', 'chatbot:*', 'consoleapp:*', 'consolidatedbilling:*'],
  ...['cur:*', 'ec2:DescribeRegions', 'freetier:*', 'health:*', 'iam:*', 'invoicing:*'],
  ...['notifications-contacts:*', 'notifications:*', 'organizations:*', 'payments:*', 'pricing:*', 'route53:*'],
  ...['s3:GetAccountPublicAccessBlock', 's3:ListAllMyBuckets', 's3:PutAccountPublicAccessBlock', 'savingsplans:*'],
  ...['shield:*', 'sso:*', 'sts:*', 'support:*', 'supportapp:*', 'supportplans:*', 'sustainability:*', 'tax:*'],
  ...['trustedadvisor:*', 'vendor-insights:ListEntitledSecurityProfiles'],
]

/** One-way and streaming, both ways, and whatever Bedrock adds under this name. */
const MODEL_CALLS = 'bedrock:InvokeModel*'

/**
 * Everything else of Bedrock that has a model answer, or makes one. Most of it takes a model's name where no policy sees it, or
 * runs with a role of its own. A test holds this list against AWS's reference: an action that is new there has to be judged.
 */
const OTHER_WAYS = [
  // OpenAI's and Anthropic's own protocols: another service to IAM, with endpoints and API keys of its own.
  'bedrock-mantle:*',
  // Batches, evaluation, customization, import and copies of models.
  'bedrock:Create*Job',
  'bedrock:CreateCustomModel*',
  'bedrock:CreateProvisionedModelThroughput',
  'bedrock:UpdateProvisionedModelThroughput',
  'bedrock:CreateMarketplaceModelEndpoint',
  'bedrock:RegisterMarketplaceModelEndpoint',
  'bedrock:UpdateMarketplaceModelEndpoint',
  // Agents, flows, knowledge bases and tools.
  'bedrock:InvokeAgent',
  'bedrock:InvokeAutomatedReasoningPolicy',
  'bedrock:InvokeBlueprint*',
  'bedrock:InvokeBuilder',
  'bedrock:InvokeDataAutomation*',
  'bedrock:InvokeFlow',
  'bedrock:InvokeInlineAgent',
  'bedrock:InvokeTool',
  'bedrock:AgenticRetrieveStream',
  'bedrock:GenerateQuery',
  'bedrock:IngestKnowledgeBaseDocuments',
  'bedrock:OptimizePrompt',
  'bedrock:Rerank',
  'bedrock:Retrieve',
  'bedrock:RetrieveAndGenerate',
  'bedrock:StartAutomatedReasoning*',
  'bedrock:StartFlowExecution',
  'bedrock:StartIngestionJob',
]

/** An account's first VPC, of AWS's making, has an internet gateway too: docs/onboarding.md has it deleted. */
const WAYS_OUT = [
  'ec2:AcceptVpcPeeringConnection',
  'ec2:AttachInternetGateway',
  'ec2:AttachVpnGateway',
  'ec2:CreateCarrierGateway',
  'ec2:CreateClientVpnEndpoint',
  'ec2:CreateDefaultVpc',
  'ec2:CreateEgressOnlyInternetGateway',
  'ec2:CreateInternetGateway',
  'ec2:CreateNatGateway',
  'ec2:CreateVpcPeeringConnection',
  'ec2:CreateVpnConnection',
  'ec2:CreateVpnGateway',
]

/**
 * A unit has many accounts, so no endpoint can be named: a call must come through some endpoint, and each tenant's role and
 * endpoint policy say which.
 */
export function guardRails(args: GuardRails): PolicyDocument {
  const { region, modelIds, modelRegions, machines = [], modelPerimeter = 'everyRegion' } = args
  const models = [
    // Any account of the unit: the account field of a profile's ARN is whoever calls.
    ...new Set(invokeStatements(modelIds, '*', region, modelRegions).flatMap(({ Resource }) => Resource ?? [])),
  ]
  return policy(
    {
      // An API key would bypass the roles, the endpoint and its policy.
      Sid: 'NoApiKeys',
      Effect: 'Deny',
      Action: [
        'bedrock:CallWithBearerToken',
        'bedrock-mantle:CallWithBearerToken',
        'iam:CreateServiceSpecificCredential',
        'iam:ResetServiceSpecificCredential',
      ],
      Resource: '*',
    },
    { Sid: 'ReviewedModelsOnly', Effect: 'Deny', Action: MODEL_CALLS, NotResource: models },
    { Sid: 'NoOtherWayToModels', Effect: 'Deny', Action: OTHER_WAYS, Resource: '*' },
    {
      Sid: 'ThroughAnEndpointOnly',
      Effect: 'Deny',
      Action: MODEL_CALLS,
      Resource: '*',
      Condition: withoutEndpoint(region, modelPerimeter),
    },
    {
      // A profile's request is also checked in the region that it is sent to.
      Sid: 'RegionsOfModels',
      Effect: 'Deny',
      Action: MODEL_CALLS,
      Resource: '*',
      Condition: { StringNotEquals: { 'aws:RequestedRegion': regionsOf(models, region) } },
    },
    {
      Sid: 'HomeRegion',
      Effect: 'Deny',
      NotAction: [...GLOBAL_SERVICES, MODEL_CALLS],
      Resource: '*',
      Condition: { StringNotEquals: { 'aws:RequestedRegion': region } },
    },
    { Sid: 'NoWayToTheInternet', Effect: 'Deny', Action: WAYS_OUT, Resource: '*' },
    ...gatewaysTokens(machines),
    { Sid: 'StayInTheOrganisation', Effect: 'Deny', Action: 'organizations:LeaveOrganization', Resource: '*' },
  )
}

/** The caller of STS chooses a token's audience. So only the roles of machines may ask for an audience that the gateway accepts. */
function gatewaysTokens(machines: readonly MachineRole[]): readonly PolicyStatement[] {
  if (machines.length === 0) return []
  return [
    {
      Sid: 'TokensOfMachinesOnly',
      Effect: 'Deny',
      Action: 'sts:GetWebIdentityToken',
      Resource: '*',
      Condition: {
        'ForAnyValue:StringEquals': { 'sts:IdentityTokenAudience': sorted(machines.map(({ audience }) => audience)) },
        ArnNotEquals: { 'aws:PrincipalArn': sorted(machines.map(({ roleArn }) => roleArn)) },
      },
    },
  ]
}

const sorted = (texts: readonly string[]) => [...new Set(texts)].sort()

/** As text for AWS Organizations. @throws Error when the models make it longer than AWS allows */
export function guardRailsText(args: GuardRails): string {
  return policyText(
    'serviceControl',
    "the service control policy of the tenants' unit",
    guardRails(args),
    `List fewer models: it has ${args.modelIds.length}. Models of one geography and provider are cheapest.${
      args.machines?.length
        ? ` Machines that share a role and an audience are counted once: it has ${args.machines.length}.`
        : ''
    }`,
  )
}

/** AWS gives `unspecified` as the region that a `global` profile sends a request to. */
function regionsOf(arns: readonly string[], home: string): readonly string[] {
  const regions = arns.map((arn) => arn.split(':')[3] ?? '')
  return [...new Set([home, ...regions.map((region) => region || 'unspecified')])].sort()
}
