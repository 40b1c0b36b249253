/** The facts that `tenant plan` prints, as plain data. */
import { parseCidr } from '../../../shared/cidr.ts'
import {
  fargateMonthlyFixed,
  PRICES_AS_OF,
  sharedEndpointMonthlyFixed,
  tasksMonthlyMost,
  tenantMonthlyFixed,
} from '../../../shared/infrastructure-prices.ts'
import { RULES_PER_GROUP, RULES_PER_GROUP_QUOTA } from '../../../shared/load-balancer-quotas.ts'
import { chainEntries } from '../../../shared/model-chain.ts'
import { priceOf } from '../../../shared/model-prices.ts'
import { tenantBoundaryName } from '../../../shared/naming.ts'
import type { HubSettings, SpokeSettings } from '../../../shared/settings.ts'
import { freeCidr } from '../../../shared/tenants-together.ts'
import { LOST_AT_SHARED_ENDPOINT, LOST_IN_SHARED_ACCOUNT, lostChecks } from '../../../shared/variant-losses.ts'
import type { Changes, NetworkPath, Planned } from './rehearsal.ts'
import { type Room, roomOf } from './room.ts'

export interface TenantPlan {
  readonly tenant: string
  /** Reasons why a deployment would be refused; the other facts are then absent. */
  readonly problems: readonly string[]
  readonly facts?: PlanFacts
}

export interface PlanFacts {
  readonly stack: string
  readonly hubStack: string
  readonly account: string
  readonly compute: 'lambda' | 'fargate'
  readonly modelEndpoint: 'own' | 'hub'
  /**
   * The tenants of the account that have a stack file, and what all of them together may use of it; absent if the tenant has an account of its
   * own.
   */
  readonly sharedAccount?: {
    readonly neighbours: readonly string[]
    /** Tokens a minute of all of them together; absent if one has no limit for the tenant as a whole. */
    readonly tokensPerMinute?: number
    /** The tenant whose invocation log has the prompts of all tenants of the account. */
    readonly invocationLog?: string
  }
  readonly costs: {
    /** US dollars a month before the first request. */
    readonly fixedMonthly: number
    /** For its tasks, if the most tasks run all month. */
    readonly tasksMonthlyMost?: number
    /** What the hub pays once, for all tenants, because of the tenant's choices. */
    readonly ofHub: readonly { readonly what: string; readonly monthly: number }[]
    readonly pricesAsOf: string
    /** US dollars per million tokens; absent if no price is known. */
    readonly models: readonly {
      readonly name: string
      readonly id: string
      readonly input?: number
      readonly output?: number
      readonly asOf?: string
    }[]
  }
  readonly addresses: { readonly block?: string; readonly nextFree?: string }
  readonly room: readonly Room[]
  readonly changes: {
    readonly from: 'rehearsal' | 'pulumi preview'
    readonly accounts: readonly Changes[]
    readonly ofHubStack: number
  }
  readonly paths: readonly NetworkPath[]
  readonly lost: readonly string[]
  /** Separations that are missing in a shared account. */
  readonly lostInAccount: readonly string[]
  /** Checks that are left out by settings for undocumented behaviour of AWS. */
  readonly lostChecks: readonly string[]
  readonly toDo: readonly string[]
}

export function factsOf(
  { stack, settings }: Planned,
  hub: HubSettings,
  others: readonly Planned[],
  made: {
    readonly from: PlanFacts['changes']['from']
    readonly changes: readonly Changes[]
    readonly ofHubStack: number
    readonly paths: readonly NetworkPath[]
  },
): PlanFacts {
  const { compute, modelEndpoint, cidrBlock, availabilityZoneIds } = settings
  const blocks = [
    ...others.flatMap((one) => one.settings.cidrBlock ?? []),
    ...(cidrBlock === undefined ? [] : [cidrBlock]),
  ]
  const nextFree = cidrBlock === undefined ? undefined : freeCidr(parseCidr(cidrBlock).prefix, blocks, hub)
  return {
    stack: stack.stack,
    hubStack: settings.hubStack,
    account: settings.account,
    compute: compute.kind,
    modelEndpoint,
    ...(settings.sharedAccount && {
      sharedAccount: sharedAccountOf(
        settings,
        others.map((one) => one.settings),
      ),
    }),
    costs: {
      fixedMonthly: tenantMonthlyFixed(availabilityZoneIds.length, compute),
      ...(compute.kind === 'fargate' && { tasksMonthlyMost: tasksMonthlyMost(compute.tier) }),
      ofHub: ofHub(settings, hub),
      pricesAsOf: PRICES_AS_OF,
      models: chainEntries(settings).map(([name, id]) => {
        const row = priceOf(id, hub.region)
        return { name, id, ...(row && { input: row.input / 1e6, output: row.output / 1e6, asOf: row.asOf }) }
      }),
    },
    addresses: { ...(cidrBlock !== undefined && { block: cidrBlock }), ...(nextFree !== undefined && { nextFree }) },
    room: roomOf(
      hub,
      others.map((one) => one.settings),
      settings,
    ),
    changes: { from: made.from, accounts: made.changes, ofHubStack: made.ofHubStack },
    paths: made.paths,
    lost: modelEndpoint === 'hub' ? LOST_AT_SHARED_ENDPOINT : [],
    lostInAccount: settings.sharedAccount ? LOST_IN_SHARED_ACCOUNT : [],
    lostChecks: lostChecks(settings),
    toDo: toDoOf(stack.stack, settings, hub),
  }
}

function sharedAccountOf(
  planned: SpokeSettings,
  others: readonly SpokeSettings[],
): NonNullable<PlanFacts['sharedAccount']> {
  const neighbours = others.filter(({ account }) => account === planned.account)
  const all = [planned, ...neighbours]
  const shares = all.flatMap(({ limits }) => limits?.tenant?.tokensPerMinute ?? [])
  const logged = all.find(({ modelInvocationLogging }) => modelInvocationLogging)
  return {
    neighbours: neighbours.map(({ tenantId }) => tenantId),
    ...(shares.length === all.length && { tokensPerMinute: shares.reduce((sum, one) => sum + one, 0) }),
    ...(logged && { invocationLog: logged.tenantId }),
  }
}

function ofHub({ compute, modelEndpoint }: SpokeSettings, hub: HubSettings): PlanFacts['costs']['ofHub'] {
  const zones = hub.availabilityZones.length
  return [
    ...(compute.kind === 'fargate'
      ? [{ what: 'Fargate (endpoints for images and logs)', monthly: fargateMonthlyFixed(zones) }]
      : []),
    ...(modelEndpoint === 'hub'
      ? [{ what: 'the model endpoint that tenants share', monthly: sharedEndpointMonthlyFixed(zones) }]
      : []),
  ]
}

function toDoOf(stack: string, settings: SpokeSettings, hub: HubSettings): readonly string[] {
  const { account, tenantId, models, fallbacks = {}, compute, modelEndpoint } = settings
  const ids = [...new Set([...Object.values(models), ...Object.values(fallbacks).flat()])]
  return [
    `In account ${account}, its administrator asks Bedrock for access to ${ids.join(', ')}${ids.some((id) => id.includes('anthropic.')) ? ', and fills in Anthropic’s first-use form' : ''} (docs/onboarding.md).`,
    ...(settings.sharedAccount
      ? [
          `In account ${account}, its administrator has made \`${tenantBoundaryName(tenantId)}\`, and the role that the stack file names (\`roleArn\`), for this tenant only, with the printed policies of a shared account (docs/deployers.md).`,
          'Every other tenant of the account has `sharedAccount: true` too, and was brought up to date with it (`pulumi up`); the sum of their tokens a minute is within the account’s quota of each model.',
        ]
      : [
          `In account ${account}, the role that the stack file names (\`roleArn\`) is there with the printed policy \`genai-deployer\` (docs/deployers.md).`,
        ]),
    hub.sharing.kind === 'organisation'
      ? `The account is in the unit that the hub shares with (${hub.sharing.arn}), with the guard rails attached: \`npm run genai -- guardrails\` prints them with these models.`
      : `The account is among the hub's shareWithAccounts: \`pulumi up -s ${settings.hubStack.split('/').at(-1)}\` first if it is not.`,
    ...(compute.kind === 'fargate'
      ? ['The gateway’s image is in the hub’s repository: `npm run genai -- image --aws --check`.']
      : []),
    ...(modelEndpoint === 'hub' && hub.centralModels && hub.centralModels.groupRules > RULES_PER_GROUP
      ? [
          `In the hub's account, the quota ${RULES_PER_GROUP_QUOTA} is ${hub.centralModels.groupRules} or more, as its securityGroupRules says.`,
        ]
      : []),
    `\`Pulumi.${stack}.yaml\` is there (\`npm run tenant -- add ${tenantId} …\` writes it), reviewed and merged.`,
    '`npm run genai -- doctor --aws` asks the accounts whether the deployment can succeed.',
    `\`pulumi stack init ${stack}\` and \`pulumi up -s ${stack}\`.`,
    `Users: \`npm run tenant -- user add ${tenantId} EMAIL --aws\`.`,
  ]
}
