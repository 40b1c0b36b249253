/** The tenant's gateway, as a function or as tasks: what the tenant's rule forwards to. */
import type * as pulumi from '@pulumi/pulumi'
import { type Bundle, functionArchive, HANDLER } from '../../shared/bundle.ts'
import type { TaskTier, Tier } from '../../shared/compute.ts'
import type { HubFargate, HubOutputs } from '../../shared/contract.ts'
import { functionName, PREFIX, serviceName } from '../../shared/naming.ts'
import type { GroupCheck } from '../../shared/settings/of-spoke/unproven.ts'
import type { TagMap } from '../tags.ts'
import { type Figures, IN_FLIGHT_METRIC } from './alarms.ts'
import { type ExecutionRole, executionRole, gatewayFunction } from './function.ts'
import type { TenantLog } from './log.ts'
import { functionSecurityGroup, type WayToModels } from './network.ts'
import type { People } from './people-claim.ts'
import { tasksTarget, tenantTarget } from './routing.ts'
import { type TaskRoles, taskRoles } from './task-roles.ts'
import { gatewayService, scaling } from './tasks.ts'

/** The code to run: a bundle for a function, an image for tasks. */
export type GatewayCode =
  | { readonly kind: 'lambda'; readonly tier: Tier; readonly bundle: Bundle }
  | {
      readonly kind: 'fargate'
      readonly tier: TaskTier
      readonly fargate: HubFargate
      /** `REPOSITORY@sha256:DIGEST` */
      readonly image: string
    }

export interface GatewayArgs {
  readonly tenantId: string
  /** Undefined if people sign in with the hub's user pool. */
  readonly people: People | undefined
  readonly groupCheck: GroupCheck
  readonly hub: HubOutputs
  /** The only role that the gateway may assume. */
  readonly tenantRoleArn: string
  readonly way: WayToModels
  readonly gatewayEndpoint: boolean
  readonly gateway: GatewayCode
  readonly log: TenantLog
  readonly tags: TagMap
}

/** The gateway's role and its network rules. They are made before the tenant's items, which name the endpoint. */
export type GatewayPlace = { readonly network: ReturnType<typeof functionSecurityGroup> } & (
  | { readonly kind: 'lambda'; readonly role: ExecutionRole; readonly code: Code<'lambda'> }
  | { readonly kind: 'fargate'; readonly roles: TaskRoles; readonly code: Code<'fargate'> }
)

type Code<K extends GatewayCode['kind']> = Extract<GatewayCode, { kind: K }>

export function gatewayPlace(name: string, args: GatewayArgs, opts: pulumi.CustomResourceOptions): GatewayPlace {
  const { gateway: code } = args
  if (code.kind === 'fargate') {
    const roles = taskRoles(name, { ...args, fargate: code.fargate }, opts)
    return { kind: code.kind, roles, code, network: functionSecurityGroup(name, args, opts) }
  }
  const role = executionRole(name, args, opts)
  // Lambda deletes the function's interfaces with this role, so on destroy the security group is deleted first, then the role.
  const network = functionSecurityGroup(name, args, { ...opts, dependsOn: [role.policy] })
  return { kind: code.kind, role, code, network }
}

export interface Gateway {
  readonly targetGroupArn: pulumi.Output<string>
  /** Resources that must exist before a request is sent to the gateway. */
  readonly ready: readonly pulumi.Resource[]
  /** The dimensions of AWS's own metrics. */
  readonly figures: Figures
  readonly functionArn?: pulumi.Output<string>
  readonly serviceArn?: pulumi.Output<string>
}

/** @param items of the tenant: a server reads them when it starts, and remembers for a while if there are none */
export const gatewayOf = (
  name: string,
  args: GatewayArgs,
  place: GatewayPlace,
  items: readonly pulumi.Resource[],
  opts: pulumi.CustomResourceOptions,
): Gateway => (place.kind === 'lambda' ? onLambda(name, args, place, opts) : onFargate(name, args, place, items, opts))

function onLambda(
  name: string,
  args: GatewayArgs,
  { role, network, code }: Extract<GatewayPlace, { kind: 'lambda' }>,
  opts: pulumi.CustomResourceOptions,
): Gateway {
  const gateway = gatewayFunction(
    name,
    {
      ...args,
      tier: code.tier,
      code: functionArchive(code.bundle),
      handler: HANDLER,
      roleArn: role.role.arn,
      securityGroupId: network.group.id,
    },
    { ...opts, dependsOn: [role.policy, ...network.rules] },
  )
  const target = tenantTarget(name, { ...args, function: gateway }, opts)
  return {
    targetGroupArn: target.targetGroupArn,
    ready: [target.attachment],
    figures: { kind: 'lambda', tier: code.tier, functionName: functionName(args.tenantId) },
    functionArn: gateway.arn,
  }
}

function onFargate(
  name: string,
  args: GatewayArgs,
  { roles, network, code }: Extract<GatewayPlace, { kind: 'fargate' }>,
  items: readonly pulumi.Resource[],
  opts: pulumi.CustomResourceOptions,
): Gateway {
  const { tenantId } = args
  const { targetGroup, idleRule } = tasksTarget(name, args, opts)
  const service = gatewayService(
    name,
    {
      ...args,
      ...code,
      taskRoleArn: roles.taskRole.arn,
      taskExecutionRoleArn: roles.taskExecutionRole.arn,
      securityGroupId: network.group.id,
      targetGroupArn: targetGroup.arn,
    },
    { ...opts, dependsOn: [...roles.policies, ...network.rules, ...items, idleRule] },
  )
  scaling(
    name,
    {
      ...code,
      tenantId,
      service,
      tags: args.tags,
      metric: { namespace: `${PREFIX}/${tenantId}`, name: IN_FLIGHT_METRIC },
    },
    opts,
  )
  return {
    targetGroupArn: targetGroup.arn,
    ready: [service],
    figures: {
      kind: 'fargate',
      tier: code.tier,
      clusterName: code.fargate.clusterName,
      serviceName: serviceName(tenantId),
      targetGroup: targetGroup.arnSuffix,
    },
    serviceArn: service.arn,
  }
}
