/** The tenant's ingress through the hub: everything of the tenant in the hub account, made through the onboarding role. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { HubOutputs } from '../../shared/contract.ts'
import type { Told } from '../../shared/gateway-settings.ts'
import { everyModelId } from '../../shared/model-chain.ts'
import { pricesOf } from '../../shared/model-prices.ts'
import { externalId, roleArn, tenantRoleName } from '../../shared/naming.ts'
import type { AttachmentDeletion, GroupCheck } from '../../shared/settings/of-spoke/unproven.ts'
import { TENANT_KEY, type TenantItem } from '../../shared/tenant.ts'
import type { GuardrailThere } from '../account/guardrail.ts'
import type { TagMap } from '../tags.ts'
import { ingressAlarms } from './alarms.ts'
import { configurationItem, tenantItem, toldOf } from './configuration-item.ts'
import { type GatewayCode, gatewayOf, gatewayPlace } from './gateway.ts'
import { tenantLog } from './log.ts'
import { machineRules } from './machines.ts'
import { ingressFigures } from './metric-filters.ts'
import { type AcceptedAttachment, acceptAttachment, type WayToModels } from './network.ts'
import { peopleOf } from './people-claim.ts'
import { tenantRule } from './routing.ts'
import { waitUntilAnswered, waitUntilDrained } from './wait-until-drained.ts'

export interface IngressArgs extends Told {
  readonly tenantId: string
  /**
   * The value of the claim with which the hub's external identity provider names the tenant.
   * @default the tenant's id
   */
  readonly tenantClaimValue?: string
  /** The tenant's account. */
  readonly account: string
  readonly hub: HubOutputs
  readonly way: WayToModels & {
    /** The tenant's attachment, which waits for acceptance; absent for a tenant at the shared endpoint. */
    readonly attachmentId?: pulumi.Input<string>
  }
  /** The regional host name of the model endpoint, known after the hub can reach it. */
  readonly endpointHost: pulumi.Input<string>
  /** Whether the tenant's VPC is connected by PrivateLink. */
  readonly gatewayEndpoint: boolean
  readonly groupCheck: GroupCheck
  readonly attachmentDeletion: AttachmentDeletion
  /** For each name of the tenant's models its Bedrock model or inference profile id. */
  readonly models: Readonly<Record<string, string>>
  readonly fallbacks?: Readonly<Record<string, readonly string[]>>
  readonly maxTokens?: Readonly<Record<string, number>>
  readonly gateway: GatewayCode
  /** When a tenant changes to tasks: how many seconds its old function may still take to answer. */
  readonly functionSeconds: number
  /** In the tenant's account; known after calls may carry it. */
  readonly guardrail?: GuardrailThere
  readonly tags: TagMap
}

export class Ingress extends pulumi.ComponentResource {
  /** Set for a tenant with a network of its own. */
  readonly attachment: AcceptedAttachment | undefined
  /** Set with compute `lambda`. */
  readonly functionArn: pulumi.Output<string> | undefined
  /** Set with compute `fargate`. */
  readonly serviceArn: pulumi.Output<string> | undefined
  readonly ruleArn: pulumi.Output<string>

  /** The provider in `opts` makes every child: in the hub's account, through the onboarding role. */
  constructor(
    name: string,
    args: IngressArgs,
    opts: pulumi.ComponentResourceOptions & { provider: pulumi.ProviderResource },
  ) {
    super('genai:spoke:HubLane', name, {}, opts)
    const child = { parent: this, provider: opts.provider }
    const { attachmentId } = args.way
    const attachment = attachmentId === undefined ? undefined : acceptAttachment(name, { ...args, attachmentId }, child)

    const log = tenantLog(name, args, child)
    const people = peopleOf(args.hub, args.tenantId, args.tenantClaimValue)
    const ofGateway = { ...args, people, log, tenantRoleArn: roleArn(args.account, tenantRoleName(args.tenantId)) }
    const place = gatewayPlace(name, ofGateway, child)

    const item = configuration(name, args, {
      ...child,
      // Open egress before announcing the endpoint.
      dependsOn: [...place.network.rules],
      hooks: { afterUpdate: [waitUntilDrained({ ...args, tier: args.gateway.tier })] },
    })
    const operators = operatorsItems(name, args, child)
    const gateway = gatewayOf(name, ofGateway, place, [item, ...operators], child)
    ingressAlarms(name, { ...args, gateway }, { ...child, dependsOn: [log.group] })

    if (args.hub.dashboard) ingressFigures(name, args, { ...child, dependsOn: [log.group] })
    const group = userGroup(name, args, child)
    const hooks = { afterUpdate: [waitUntilAnswered(args)] }
    const rule = tenantRule(
      name,
      { ...args, people, targetGroupArn: gateway.targetGroupArn },
      {
        ...child,
        // The rule is made last and deleted first, so that a request finds either the whole ingress or none of it.
        dependsOn: [...gateway.ready, item, ...operators, group],
        hooks,
      },
    )
    machineRules(
      name,
      { ...args, targetGroupArn: gateway.targetGroupArn },
      { ...child, dependsOn: [...gateway.ready, item, ...operators], hooks },
    )

    this.attachment = attachment
    this.functionArn = gateway.functionArn
    this.serviceArn = gateway.serviceArn
    this.ruleArn = rule.arn
    this.registerOutputs({
      ...(attachment && { transitGatewayId: attachment.transitGatewayId, attachmentId: attachment.id }),
      functionArn: this.functionArn,
      serviceArn: this.serviceArn,
      ruleArn: this.ruleArn,
    })
  }
}

/** Made only if no such item exists, so that two stacks cannot claim one tenant id. */
function configuration(name: string, args: IngressArgs, opts: pulumi.CustomResourceOptions): aws.dynamodb.TableItem {
  const { tenantId, account, hub, models, fallbacks, maxTokens } = args
  const { arn, version } = args.guardrail ?? {}
  const item = pulumi.all([args.endpointHost, arn, version]).apply(([endpoint, guardrailArn, guardrailVersion]) =>
    configurationItem({
      tenantId,
      item: 'configuration',
      account,
      models,
      ...(maxTokens && { maxTokens }),
      ...(fallbacks && { fallbacks }),
      ...pricesOf(everyModelId(args), hub.region),
      ...toldOf(args),
      roleArn: roleArn(account, tenantRoleName(tenantId)),
      externalId: externalId(hub.account, tenantId),
      endpoint,
      ...(guardrailArn !== undefined &&
        guardrailVersion !== undefined && {
          guardrail: { id: guardrailArn.split('/').at(-1) ?? '', version: guardrailVersion },
        }),
    }),
  )
  return new aws.dynamodb.TableItem(
    name,
    { tableName: hub.tableName, hashKey: TENANT_KEY.hash, rangeKey: TENANT_KEY.range, item },
    opts,
  )
}

/**
 * Items that operators' commands write: the status, and further limits. They are made with the status active and without limits, and no `up`
 * writes them again, so none undoes a suspension or a limit. They are deleted with the tenant, so that a reused id does not begin with the
 * limits of another tenant.
 */
function operatorsItems(
  name: string,
  { tenantId, hub }: IngressArgs,
  opts: pulumi.CustomResourceOptions,
): readonly aws.dynamodb.TableItem[] {
  const made = (logicalName: string, item: TenantItem) =>
    new aws.dynamodb.TableItem(
      logicalName,
      { tableName: hub.tableName, hashKey: TENANT_KEY.hash, rangeKey: TENANT_KEY.range, item: tenantItem(item) },
      { ...opts, ignoreChanges: ['item'] },
    )
  return [
    made(`${name}-status`, { tenantId, item: 'status', status: 'active' }),
    // Without a table of counters a gateway cannot apply limits, so there is no item for them.
    ...(hub.usageTableArn === undefined ? [] : [made(`${name}-limits`, { tenantId, item: 'limits', limits: {} })]),
  ]
}

/** Deleting the group ends every membership, so users of a removed tenant are not users of a later tenant with the same id. */
function userGroup(
  name: string,
  { tenantId, hub }: IngressArgs,
  opts: pulumi.CustomResourceOptions,
): aws.cognito.UserGroup {
  return new aws.cognito.UserGroup(
    name,
    { name: tenantId, userPoolId: hub.userPoolId, description: `Users of ${tenantId}` },
    opts,
  )
}
