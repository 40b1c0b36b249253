/**
 * Service control policies for the organisational unit of the tenants' accounts: what nobody in them may do, whatever their
 * own administrators allow. A platform team attaches them to the unit; no stack does, as that takes the organisation's
 * management account.
 */
import { type PolicyDocument, policy, policyText } from './document.ts'
import { INVOKE, invokeStatements } from './models.ts'

export interface GuardRails {
  /** The hub's region, which the tenants' accounts work in. */
  readonly region: string
  /** Bedrock model or inference profile ids that any tenant may be given. */
  readonly modelIds: readonly string[]
}

/** Services whose calls are made in one region, whatever region is worked in. */
const GLOBAL_SERVICES = [
  'account:*',
  'budgets:*',
  'ce:*',
  'health:*',
  'iam:*',
  'organizations:*',
  'route53:*',
  'sts:*',
  'support:*',
]

/**
 * A unit has many accounts, so no endpoint can be named: a call must come through some endpoint, and each tenant's role and
 * endpoint policy say which.
 */
export function guardRails({ region, modelIds }: GuardRails): PolicyDocument {
  const models = [
    // Any account of the unit: the account field of a profile's ARN is whoever calls.
    ...new Set(invokeStatements(modelIds, '*', region).flatMap(({ Resource }) => Resource ?? [])),
  ]
  return policy(
    {
      // An API key would bypass the roles, the endpoint and its policy.
      Sid: 'NoApiKeys',
      Effect: 'Deny',
      Action: [
        'bedrock:CallWithBearerToken',
        'iam:CreateServiceSpecificCredential',
        'iam:ResetServiceSpecificCredential',
      ],
      Resource: '*',
    },
    { Sid: 'ReviewedModelsOnly', Effect: 'Deny', Action: INVOKE, NotResource: models },
    {
      Sid: 'ThroughAnEndpointOnly',
      Effect: 'Deny',
      Action: INVOKE,
      Resource: '*',
      Condition: { Null: { 'aws:SourceVpce': 'true' } },
    },
    {
      // A profile's request is also checked in the region that it is sent to.
      Sid: 'RegionsOfModels',
      Effect: 'Deny',
      Action: INVOKE,
      Resource: '*',
      Condition: { StringNotEquals: { 'aws:RequestedRegion': regionsOf(models, region) } },
    },
    {
      Sid: 'HomeRegion',
      Effect: 'Deny',
      NotAction: [...GLOBAL_SERVICES, ...INVOKE],
      Resource: '*',
      Condition: { StringNotEquals: { 'aws:RequestedRegion': region } },
    },
    {
      Sid: 'NoWayToTheInternet',
      Effect: 'Deny',
      Action: [
        'ec2:AttachInternetGateway',
        'ec2:CreateEgressOnlyInternetGateway',
        'ec2:CreateInternetGateway',
        'ec2:CreateNatGateway',
        'ec2:CreateVpcPeeringConnection',
      ],
      Resource: '*',
    },
    { Sid: 'StayInTheOrganisation', Effect: 'Deny', Action: 'organizations:LeaveOrganization', Resource: '*' },
  )
}

/** As text for AWS Organizations. @throws Error when the models make it longer than AWS allows */
export function guardRailsText(args: GuardRails): string {
  return policyText(
    'serviceControl',
    "the service control policy of the tenants' unit",
    guardRails(args),
    `List fewer models: it has ${args.modelIds.length}. Models of one geography and provider are cheapest.`,
  )
}

/** AWS gives `unspecified` as the region that a `global` profile sends a request to. */
function regionsOf(arns: readonly string[], home: string): readonly string[] {
  const regions = arns.map((arn) => arn.split(':')[3] ?? '')
  return [...new Set([home, ...regions.map((region) => region || 'unspecified')])].sort()
}
