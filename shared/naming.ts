/**
 * Names of resources, to which IAM policies refer. A tenant's id always comes last: the onboarding role is limited to names that end with the
 * tenant id of its session.
 */

/** The beginning of the names of everything that this project makes. */
export const PREFIX = 'genai'

/** The tenant's Lambda function, in the hub account. */
export const functionName = (tenantId: string) => `${PREFIX}-gateway-${tenantId}`
/** The tenant's execution role, in the hub account. */
export const executionRoleName = (tenantId: string) => `${PREFIX}-gateway-${tenantId}`
/** The tenant's service on Fargate, and the family of its task definitions, in the hub account. */
export const serviceName = (tenantId: string) => `${PREFIX}-gateway-${tenantId}`
/** The role with which the tenant's tasks call AWS, in the hub account. */
export const taskRoleName = (tenantId: string) => `${PREFIX}-task-${tenantId}`
/**
 * The role with which Fargate starts the tenant's tasks. It does not begin with `genai-task-`, so that a pattern for all task roles does not
 * match it.
 */
export const taskExecutionRoleName = (tenantId: string) => `${PREFIX}-taskexecution-${tenantId}`
/** The tenant's log group, in the hub account. It has Lambda's form of a name, and keeps it when a tenant moves to Fargate: decision 0030. */
export const functionLogGroupName = (tenantId: string) => `/aws/lambda/${functionName(tenantId)}`
/** An alarm of the tenant's ingress, in the hub account. */
export const alarmName = (what: string, tenantId: string) => `${PREFIX}-${what}-${tenantId}`
/** The tenant's target group (AWS allows 32 characters). */
export const targetGroupName = (tenantId: string) => `${PREFIX}-${tenantId}`
/** The target group of the tenant's tasks (32 characters with the longest id). */
export const tasksTargetGroupName = (tenantId: string) => `${PREFIX}-tasks-${tenantId}`
/** The role in the tenant's own account that may invoke its models. */
export const tenantRoleName = (tenantId: string) => `${PREFIX}-models-${tenantId}`
/** The role with which VPC flow logs are written, in the tenant's own account. */
export const flowLogsRoleName = (tenantId: string) => `${PREFIX}-flow-logs-${tenantId}`
/** The role with which Bedrock writes its invocation log, in the tenant's own account. */
export const invocationsRoleName = (tenantId: string) => `${PREFIX}-invocations-${tenantId}`
/** The managed policy that bounds the tenant's roles in an account that several tenants share. An administrator of the account makes it. */
export const tenantBoundaryName = (tenantId: string) => `${PREFIX}-boundary-${tenantId}`
/** The beginning of the names of the tenant's log groups in its own account. */
export const accountLogGroupPrefix = (tenantId: string) => `/${PREFIX}/${tenantId}/`
/** The external id of the tenant's role: the hub's account and the tenant, so that two hubs never have the same. */
export const externalId = (hubAccount: string, tenantId: string) => `${hubAccount}/${tenantId}`
/** The beginning of the name of every tenant's log group; the tenant's id follows. */
export const TENANT_LOG_GROUP_PREFIX = functionLogGroupName('')
/** The hub's function that writes the audit trail, and its role. */
export const auditFunctionName = `${PREFIX}-audit`
/** The audit trail of all tenants, with one stream for each. */
export const auditLogGroupName = `/${PREFIX}/audit`
/** An alarm of the hub itself. No tenant's alarm has a slash in its name, so no ingress's deployer can change it. */
export const hubAlarmName = (what: string) => `${PREFIX}/hub/${what}`
/** The hub's role with which tenants' ingresses are deployed. */
export const onboardingRoleName = `${PREFIX}-onboarding`
/** The managed policy that bounds every execution role made through the onboarding role. */
export const permissionsBoundaryName = `${PREFIX}-gateway-boundary`
/** The managed policy that bounds every task role and task execution role made through the onboarding role. */
export const taskBoundaryName = `${PREFIX}-task-boundary`
/** The hub's ECS cluster. */
export const clusterName = PREFIX
/** The hub's repository of the gateway's images. */
export const repositoryName = `${PREFIX}-gateway`
/** The hub's table of tenants. */
export const tableName = `${PREFIX}-tenants`
/** The table of counters: tenants' requests, tokens and dollars. */
export const usageTableName = `${PREFIX}-usage`
/** The table of issuers' key sets. */
export const keySetsTableName = `${PREFIX}-key-sets`
/** The hub's function that fetches key sets, its role, and the rule that runs it. */
export const keySetsFunctionName = `${PREFIX}-key-sets`
/** Metrics of the hub itself. */
export const HUB_METRICS = `${PREFIX}/hub`
/** The load balancer. */
export const loadBalancerName = `${PREFIX}-hub`
/** The client's web ACL. It is in CloudFront's scope, which has its own names. */
export const siteAclName = `${PREFIX}-site`
/** The client's bucket. Bucket names are unique among all AWS accounts, so account and region are in it. */
export const siteBucketName = (account: string, region: string) => `${PREFIX}-site-${account}-${region}`
/** The network load balancer to which PrivateLink leads, and its target group. No tenant's id begins with a hyphen. */
export const privateDoorName = `${PREFIX}--private-door`

export const roleArn = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`
export const repositoryArn = (account: string, region: string) =>
  `arn:aws:ecr:${region}:${account}:repository/${repositoryName}`
export const policyArn = (account: string, name: string) => `arn:aws:iam::${account}:policy/${name}`

/** Marks a listener without TLS, and its rules, as a demo (`allowInsecureHttp`). Rules of the policy pack and auditors look for it. */
export const DEMO_TAG = { demo: 'insecure-http' } as const

/** Marks the security group of a tenant's gateway while the tenant's network is connected by PrivateLink. The hub's preflight looks for it. */
export const CONNECTED_TAG = { key: 'private-door', value: 'connected' } as const

/** Marks the role of a tenant that shares its account with others. The preflight of the account's other tenants looks for it. */
export const SHARED_ACCOUNT_TAG = { key: 'account', value: 'shared' } as const

/** The tag on that role with the things that the account can have only once and that belong to this tenant, separated by spaces. */
export const HELD_TAG = 'account-holds'

/** Tags for cost allocation, on everything that takes them. `stack` is the Pulumi stack; `tenant` is absent on shared resources. */
export interface Tags {
  readonly project: string
  readonly stack: string
  readonly tenant?: string
}
