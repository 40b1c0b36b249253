/**
 * Exact names, which IAM policies are written against. The tenant's id is always last: the onboarding role is limited
 * to names that end in the session's tenant id.
 */

/** Starts the name of everything that this project makes. */
export const PREFIX = 'genai'

/** The tenant's Lambda function, in the hub account. */
export const functionName = (tenantId: string) => `${PREFIX}-gateway-${tenantId}`
/** The tenant's execution role, in the hub account. */
export const executionRoleName = (tenantId: string) => `${PREFIX}-gateway-${tenantId}`
/** The tenant's service on Fargate, and the family of its task definitions, in the hub account. */
export const serviceName = (tenantId: string) => `${PREFIX}-gateway-${tenantId}`
/** The role that the tenant's tasks call AWS as, in the hub account. */
export const taskRoleName = (tenantId: string) => `${PREFIX}-task-${tenantId}`
/** The role that Fargate starts the tenant's tasks with. Not `genai-task-…`: a pattern that names all task roles must not take it in. */
export const taskExecutionRoleName = (tenantId: string) => `${PREFIX}-taskexecution-${tenantId}`
/** The tenant's log group, in the hub account. The name is Lambda's, and stays when a tenant moves to Fargate: decision 0030. */
export const functionLogGroupName = (tenantId: string) => `/aws/lambda/${functionName(tenantId)}`
/** An alarm of the tenant's ingress, in the hub account. */
export const alarmName = (what: string, tenantId: string) => `${PREFIX}-${what}-${tenantId}`
/** The tenant's target group (AWS allows 32 characters). */
export const targetGroupName = (tenantId: string) => `${PREFIX}-${tenantId}`
/** The target group of the tenant's tasks (32 characters with the longest id). */
export const tasksTargetGroupName = (tenantId: string) => `${PREFIX}-tasks-${tenantId}`
/** The role in the tenant's own account that may invoke its models. */
export const tenantRoleName = (tenantId: string) => `${PREFIX}-models-${tenantId}`
/** The role that VPC flow logs write with, in the tenant's own account. */
export const flowLogsRoleName = (tenantId: string) => `${PREFIX}-flow-logs-${tenantId}`
/** The role that Bedrock writes its invocation log with, in the tenant's own account. */
export const invocationsRoleName = (tenantId: string) => `${PREFIX}-invocations-${tenantId}`
/** Starts the names of the tenant's log groups in its own account. */
export const accountLogGroupPrefix = (tenantId: string) => `/${PREFIX}/${tenantId}/`
/** External id of the tenant's role: the hub's account and the tenant, so that no two hubs share one. */
export const externalId = (hubAccount: string, tenantId: string) => `${hubAccount}/${tenantId}`
/** Starts every tenant's log group; what follows is the tenant's id. */
export const TENANT_LOG_GROUP_PREFIX = functionLogGroupName('')
/** The hub's function that writes the audit trail, and the role that it runs as. */
export const auditFunctionName = `${PREFIX}-audit`
/** The audit trail of all tenants, one stream a tenant. */
export const auditLogGroupName = `/${PREFIX}/audit`
/** An alarm of the hub itself: no tenant's alarm has a slash in its name, so no ingress's deployer can touch it. */
export const hubAlarmName = (what: string) => `${PREFIX}/hub/${what}`
/** The hub's role that tenants' ingresses are deployed through. */
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
/** The table that tenants' requests, tokens and dollars are counted in. */
export const usageTableName = `${PREFIX}-usage`
/** The table of issuers' key sets. */
export const keySetsTableName = `${PREFIX}-key-sets`
/** The hub's function that fetches them, the role that it runs as, and the rule that runs it. */
export const keySetsFunctionName = `${PREFIX}-key-sets`
/** Metrics of the hub itself. */
export const HUB_METRICS = `${PREFIX}/hub`
/** The load balancer. */
export const loadBalancerName = `${PREFIX}-hub`
/** The client's web ACL; in the scope of CloudFront, which has names of its own. */
export const siteAclName = `${PREFIX}-site`
/** The client's bucket: bucket names are everybody's, so account and region are in it. */
export const siteBucketName = (account: string, region: string) => `${PREFIX}-site-${account}-${region}`
/** The network load balancer that PrivateLink leads to, and its target group. No tenant has an id that begins in a hyphen. */
export const privateDoorName = `${PREFIX}--private-door`

export const roleArn = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`
export const repositoryArn = (account: string, region: string) =>
  `arn:aws:ecr:${region}:${account}:repository/${repositoryName}`
export const policyArn = (account: string, name: string) => `arn:aws:iam::${account}:policy/${name}`

/** Marks a listener without TLS and the rules on it: a demo, by `allowInsecureHttp`. Policies and auditors look for it. */
export const DEMO_TAG = { demo: 'insecure-http' } as const

/** Marks the security group of a tenant's gateway while the tenant's network is connected by PrivateLink: a hub looks for it. */
export const CONNECTED_TAG = { key: 'private-door', value: 'connected' } as const

/** Marks the role of a tenant that shares its account with others: who comes next looks for it. */
export const SHARED_ACCOUNT_TAG = { key: 'account', value: 'shared' } as const

/** Names on that role what the tenant has of the things that an account has once, with spaces between them. */
export const HELD_TAG = 'account-holds'

/** Tags for cost allocation, on everything that takes them. `stack` is the Pulumi stack; `tenant` is absent on shared resources. */
export interface Tags {
  readonly project: string
  readonly stack: string
  readonly tenant?: string
}
