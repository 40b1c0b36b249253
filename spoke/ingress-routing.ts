/** What leads a request to the tenant's function: target group, permission, listener rule. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import type { HubOutputs } from '../shared/contract.ts'
import { DEMO_TAG, targetGroupName } from '../shared/naming.ts'
import { GROUPS_CLAIM, TENANT_CLAIM } from '../shared/tenant.ts'
import type { TagMap } from './tags.ts'

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

/** A target group of one function. Health checks stay off: each one would invoke it. */
export function tenantTarget(name: string, args: TenantTargetArgs, opts: pulumi.CustomResourceOptions): TenantTarget {
  const targetGroup = new aws.lb.TargetGroup(
    name,
    {
      name: targetGroupName(args.tenantId),
      targetType: 'lambda',
      // Without it, only the last of two headers of one name arrives, and two tokens cannot be told from one.
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
    // The load balancer tries the permission when the function is registered.
    { ...opts, dependsOn: [permission] },
  )
  return { targetGroupArn: targetGroup.arn, attachment }
}

export interface TenantRuleArgs {
  readonly tenantId: string
  readonly hub: HubOutputs
  readonly targetGroupArn: pulumi.Input<string>
  readonly tags: TagMap
}

/**
 * `/TENANT` and `/TENANT/*` of the hub's listener. The priority is left to the provider, which takes the next free one and
 * tries again when another tenant was faster. On the demo's HTTP listener the function's own check is the only one: AWS
 * validates tokens on HTTPS listeners only.
 */
export function tenantRule(
  name: string,
  args: TenantRuleArgs,
  opts: pulumi.CustomResourceOptions,
): aws.lb.ListenerRule {
  const { hub, tenantId } = args
  const forward = { type: 'forward', targetGroupArn: args.targetGroupArn }
  const actions =
    hub.listenerProtocol === 'HTTPS'
      ? [
          { ...jwtValidation(hub, tenantId), order: 1 },
          { ...forward, order: 2 },
        ]
      : [{ ...forward, order: 1 }]
  return new aws.lb.ListenerRule(
    name,
    {
      listenerArn: hub.listenerArn,
      conditions: [{ pathPattern: { values: [`/${tenantId}`, `/${tenantId}/*`] } }],
      actions,
      tags: hub.listenerProtocol === 'HTTPS' ? args.tags : { ...args.tags, ...DEMO_TAG },
    },
    opts,
  )
}

/** Issuer, signature and times are always checked; audience, use, tenant and group only because they are listed. */
function jwtValidation(hub: HubOutputs, tenantId: string) {
  return {
    type: 'jwt-validation',
    jwtValidation: {
      issuer: hub.issuer,
      jwksEndpoint: `${hub.issuer}/.well-known/jwks.json`,
      additionalClaims: [
        { format: 'single-string', name: 'aud', values: [hub.userPoolClientId] },
        { format: 'single-string', name: 'token_use', values: ['id'] },
        { format: 'single-string', name: TENANT_CLAIM, values: [tenantId] },
        { format: 'string-array', name: GROUPS_CLAIM, values: [tenantId] },
      ],
    },
  }
}
