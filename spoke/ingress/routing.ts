/** What leads a request to the tenant's gateway: target group, permission and listener rule. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { DRAIN_SECONDS } from '../../shared/compute.ts'
import type { HubOutputs } from '../../shared/contract.ts'
import { DEMO_TAG, targetGroupName, tasksTargetGroupName } from '../../shared/naming.ts'
import type { GroupCheck } from '../../shared/settings/of-spoke/unproven.ts'
import { type ClaimFormat, GATEWAY_PORT, GROUPS_CLAIM, HEALTH_PATH, TENANT_CLAIM } from '../../shared/tenant.ts'
import type { TagMap } from '../tags.ts'
import type { People } from './people-claim.ts'

export interface TenantTargetArgs {
  readonly tenantId: string
  readonly hub: HubOutputs
  readonly function: aws.lambda.Function
  readonly tags: TagMap
}

export interface TenantTarget {
  readonly targetGroupArn: pulumi.Output<string>
  readonly attachment: aws.lb.TargetGroupAttachment
}

/** A target group with one function. Health checks are off, because each one would invoke the function. */
export function tenantTarget(name: string, args: TenantTargetArgs, opts: pulumi.CustomResourceOptions): TenantTarget {
  const targetGroup = new aws.lb.TargetGroup(
    name,
    {
      name: targetGroupName(args.tenantId),
      targetType: 'lambda',
      // Without it, only the last of two headers with the same name arrives, and the gateway could not detect a second token.
      lambdaMultiValueHeadersEnabled: true,
      tags: args.tags,
    },
    opts,
  )
  const permission = new aws.lambda.Permission(
    name,
    {
      statementId: 'load-balancer',
      action: 'lambda:InvokeFunction',
      function: args.function.name,
      principal: 'elasticloadbalancing.amazonaws.com',
      sourceArn: targetGroup.arn,
      sourceAccount: args.hub.account,
    },
    opts,
  )
  const attachment = new aws.lb.TargetGroupAttachment(
    name,
    { targetGroupArn: targetGroup.arn, targetId: args.function.arn },
    // The load balancer tests the permission when the function is registered.
    { ...opts, dependsOn: [permission] },
  )
  return { targetGroupArn: targetGroup.arn, attachment }
}

export interface TasksTargetArgs {
  readonly tenantId: string
  readonly hub: HubOutputs
  readonly people: People | undefined
  readonly groupCheck: GroupCheck
  readonly tags: TagMap
}

export interface TasksTarget {
  readonly targetGroup: aws.lb.TargetGroup
  /** A rule that forwards to the target group, but that no request matches. */
  readonly idleRule: aws.lb.ListenerRule
}

/**
 * A target group for tasks, in which ECS registers their addresses. Inside the VPC it uses HTTP: decision 0028. Streams differ greatly in
 * length, so the next request goes to the task with the fewest running requests.
 */
export function tasksTarget(name: string, args: TasksTargetArgs, opts: pulumi.CustomResourceOptions): TasksTarget {
  const targetGroup = new aws.lb.TargetGroup(
    `${name}-tasks`,
    {
      name: tasksTargetGroupName(args.tenantId),
      targetType: 'ip',
      vpcId: args.hub.vpcId,
      port: GATEWAY_PORT,
      protocol: 'HTTP',
      loadBalancingAlgorithmType: 'least_outstanding_requests',
      // A leaving task finishes its running requests. A task without any leaves at once, as far as the load balancer is concerned.
      deregistrationDelay: DRAIN_SECONDS,
      healthCheck: {
        path: HEALTH_PATH,
        matcher: '200',
        interval: 10,
        timeout: 5,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
      },
      tags: args.tags,
    },
    opts,
  )
  return { targetGroup, idleRule: idleRule(`${name}-idle`, { ...args, targetGroupArn: targetGroup.arn }, opts) }
}

/** An address that no client has: RFC 5737 reserves it for documentation, and it is not routed. */
const NOBODY = '192.0.2.0/32'

/**
 * Connects the target group with the load balancer before the tenant's requests go there: ECS makes no service with a group that no rule
 * forwards to, and does not drain a group without a load balancer. A client that matched this rule all the same would need the same token.
 */
const idleRule = (name: string, args: TenantRuleArgs, opts: pulumi.CustomResourceOptions): aws.lb.ListenerRule =>
  listenerRule(name, args, [{ sourceIp: { values: [NOBODY] } }], opts)

export interface TenantRuleArgs {
  readonly tenantId: string
  readonly hub: HubOutputs
  readonly targetGroupArn: pulumi.Input<string>
  /** Undefined if people sign in with the hub's user pool. */
  readonly people: People | undefined
  readonly groupCheck: GroupCheck
  readonly tags: TagMap
}

/**
 * The rule for `/TENANT` and `/TENANT/*` on the hub's listener. The provider chooses the priority: the next free one, and another one if a
 * different tenant took it at the same moment. On the demo's HTTP listener the gateway's own check is the only one, because AWS validates tokens
 * on HTTPS listeners only.
 */
export const tenantRule = (
  name: string,
  args: TenantRuleArgs,
  opts: pulumi.CustomResourceOptions,
): aws.lb.ListenerRule => listenerRule(name, args, [], opts)

function listenerRule(
  name: string,
  args: TenantRuleArgs,
  further: readonly aws.types.input.lb.ListenerRuleCondition[],
  opts: pulumi.CustomResourceOptions,
): aws.lb.ListenerRule {
  const { hub, tenantId } = args
  const forward = { type: 'forward', targetGroupArn: args.targetGroupArn }
  const actions =
    hub.listenerProtocol === 'HTTPS'
      ? [
          { ...jwtValidation(args), order: 1 },
          { ...forward, order: 2 },
        ]
      : [{ ...forward, order: 1 }]
  return new aws.lb.ListenerRule(
    name,
    {
      listenerArn: hub.listenerArn,
      conditions: [{ pathPattern: { values: [`/${tenantId}`, `/${tenantId}/*`] } }, ...further],
      actions,
      tags: hub.listenerProtocol === 'HTTPS' ? args.tags : { ...args.tags, ...DEMO_TAG },
    },
    opts,
  )
}

/**
 * Issuer, signature and times are always checked. Audience, use, tenant and group are checked because they are listed here. With
 * `groupCheck: gateway` lists are checked by the gateway only; the claim that names the tenant is a text then.
 */
function jwtValidation({
  hub,
  tenantId,
  people,
  groupCheck,
}: Pick<TenantRuleArgs, 'hub' | 'tenantId' | 'people' | 'groupCheck'>) {
  const listed = (name: string, value: string) =>
    groupCheck === 'gateway' ? [] : [{ format: FORMATS.list, name, values: [value] }]
  return {
    type: 'jwt-validation',
    jwtValidation: people
      ? {
          issuer: people.issuer,
          jwksEndpoint: people.jwksUri,
          additionalClaims: [
            { format: 'single-string', name: 'aud', values: [people.audience] },
            { format: FORMATS[people.claim.format], name: people.claim.claim, values: [people.claim.value] },
            ...(people.claim.groupsClaim === undefined ? [] : listed(people.claim.groupsClaim, people.claim.value)),
          ],
        }
      : {
          issuer: hub.issuer,
          jwksEndpoint: `${hub.issuer}/.well-known/jwks.json`,
          additionalClaims: [
            { format: 'single-string', name: 'aud', values: [hub.userPoolClientId] },
            { format: 'single-string', name: 'token_use', values: ['id'] },
            { format: 'single-string', name: TENANT_CLAIM, values: [tenantId] },
            ...listed(GROUPS_CLAIM, tenantId),
          ],
        },
  }
}

/** The load balancer's names for these formats. */
const FORMATS = {
  text: 'single-string',
  list: 'string-array',
  'space-separated': 'space-separated-values',
} as const satisfies Readonly<Record<ClaimFormat, string>>
