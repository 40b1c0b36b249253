/**
 * The service control policy for the organisational unit of the tenants' accounts: what nobody in them may do, whatever their own administrators
 * allow. The platform team attaches it to the unit. No stack does, because that needs the organisation's management account.
 */
import { type PolicyDocument, type PolicyStatement, policy, policyText } from './document.ts'
import type { ModelRegions } from './geographies.ts'
import { invokeStatements } from './models.ts'
import { type ModelPerimeter, withoutEndpoint } from './tenant-role.ts'

export interface GuardRails {
  /** The hub's region, in which the tenants' accounts are used. */
  readonly region: string
  /** The models or inference profiles that any of the tenants has, by id. */
  readonly modelIds: readonly string[]
  /**
   * The regions to which requests to profiles may go, by geography.
   * @default the regions in the project's list
   */
  readonly modelRegions?: ModelRegions
  /**
   * The widest perimeter that any of the tenants has.
   * @default everyRegion
   */
  readonly modelPerimeter?: ModelPerimeter
  /**
   * Roles in the tenants' accounts that call with tokens of STS, and the audiences of these tokens.
   * @default none
   */
  readonly machines?: readonly MachineRole[]
}

export interface MachineRole {
  readonly roleArn: string
  readonly audience: string
}

/**
 * Services that are called in one region, whatever region is used: an account's settings, bills, permissions, support, and the marketplace,
 * whose agreements are a step of onboarding. Compared with the region guard of AWS Control Tower; a test lists what is left out, and why.
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

/** Calls of models, with or without streaming, and in both directions, and whatever Bedrock adds under this name. */
const MODEL_CALLS = 'bedrock:InvokeModel*'

/**
 * All other actions of Bedrock that make a model answer. Most of them take the model's name where no policy sees it, or run with another role. A
 * test compares this list with AWS's reference, so somebody has to look at each new action.
 */
const OTHER_WAYS = [
  // OpenAI's and Anthropic's own protocols. For IAM this is another service, with its own endpoints and API keys.
  'bedrock-mantle:*',
  // Batches, evaluation, customisation, import and copies of models.
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

/** An account's default VPC, which AWS makes, also has an internet gateway: docs/onboarding.md says to delete it. */
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
 * A unit has many accounts, so no endpoint can be named: a call must come through some endpoint, and each tenant's role and endpoint policy say
 * through which.
 */
export function guardRails(args: GuardRails): PolicyDocument {
  const { region, modelIds, modelRegions, machines = [], modelPerimeter = 'everyRegion' } = args
  const models = [
    // Any account of the unit: the account in a profile's ARN is the caller's.
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
      // A request through a profile is also checked in the region to which Bedrock sends it.
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

/** A caller of STS chooses the audience of its token. So only machines' roles may ask for an audience that the gateway accepts. */
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

/**
 * The policy as text for AWS Organizations.
 * @throws Error if the models make it longer than AWS allows
 */
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

/** For a request through a `global` profile, AWS gives `unspecified` as the destination region. */
function regionsOf(arns: readonly string[], home: string): readonly string[] {
  const regions = arns.map((arn) => arn.split(':')[3] ?? '')
  return [...new Set([home, ...regions.map((region) => region || 'unspecified')])].sort()
}
