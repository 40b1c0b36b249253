/**
 * Finds out without an AWS account what the programs would make: deploys hub, tenants and the new tenant from their stack files into a
 * local cloud in memory. Accounts and credentials are made up; nothing is served or kept.
 */
import { type Cloud, deploy, type Stack } from '@genai/local-cloud/engine/in-process/in-process'
import { type Declared, Ledger } from '@genai/local-cloud/ledger/ledger'
import { reach } from '@genai/local-cloud/network/reach'
import type { Account, Organization } from '@genai/local-cloud/organization'
import { organization as sample, tenantBoundaries, tenantRoles } from '../../../sample-organization.ts'
import type { HubOutputs } from '../../../shared/contract.ts'
import { functionName, roleArn } from '../../../shared/naming.ts'
import { parseHubOutputs } from '../../../shared/read-contract.ts'
import type { HubSettings, SpokeSettings } from '../../../shared/settings.ts'
import { localImages } from '../../local/gateway-image.ts'
import { withSettings } from '../../pulumi/stack-files.ts'
import { messageOf, UserError } from '../../verb.ts'

export interface Planned {
  readonly stack: Stack
  readonly settings: SpokeSettings
}

/** An account, and the resources that are made there. */
export interface Changes {
  readonly account: string
  readonly whose: 'tenant' | 'hub'
  /** Resource types without their module, and how many there are of each. */
  readonly made: Readonly<Record<string, number>>
}

/** A connection of a gateway: the kinds of hops that it passes, or what stops it. */
export interface NetworkPath {
  readonly from: string
  readonly to: string
  readonly open: boolean
  readonly how: string
}

export interface Rehearsed {
  readonly changes: readonly Changes[]
  /** How many resources of the hub's stack the new tenant changes; the expected number is 0. */
  readonly ofHubStack: number
  readonly paths: readonly NetworkPath[]
}

const REGION_OF_SAMPLE = 'us-east-1'

/** The local cloud has the zones of one region only. */
export const canRehearse = ({ region }: Pick<HubSettings, 'region'>): boolean => region === REGION_OF_SAMPLE

/** @throws UserError with the programs' message if they refuse it */
export async function rehearse(
  hub: { readonly stack: Stack; readonly settings: HubSettings },
  others: readonly Planned[],
  planned: Planned,
): Promise<Rehearsed> {
  if (!canRehearse(hub.settings))
    throw new UserError(
      `The stand-in of AWS knows the zones of ${REGION_OF_SAMPLE} only, and this hub is in ${hub.settings.region}.`,
      'Take the changes from Pulumi: npm run tenant -- plan TENANT --aws',
    )
  const cloud: Cloud = {
    ledger: new Ledger(),
    organization: await organizationOf(hub.settings, [...others, planned]),
  }
  const { default: program } = await import('../../../index.ts')
  const declare = async (stack: Stack) => {
    try {
      return await deploy(cloud, { ...stack, onMessage: () => undefined }, program)
    } catch (cause) {
      throw new UserError(`${stack.stack} is refused: ${messageOf(cause)}`, 'Nothing was written.', { cause })
    }
  }
  const outputs = parseHubOutputs(await declare(signedIn(hub.stack, hub.settings)), hub.stack.stack)
  for (const { stack, settings } of others) await declare(signedIn(stack, settings))
  const hubBefore = ofStack(cloud, hub.stack.stack)
  await declare(signedIn(planned.stack, planned.settings))
  const made = ofStack(cloud, planned.stack.stack)
  const hubAfter = ofStack(cloud, hub.stack.stack)
  return {
    changes: changesOf(made, hub.settings.account),
    ofHubStack: hubAfter.filter((one, index) => JSON.stringify(one) !== JSON.stringify(hubBefore[index])).length,
    paths: pathsOf(cloud, outputs, others, planned),
  }
}

const ofStack = ({ ledger }: Cloud, stack: string): readonly Declared[] =>
  ledger.all().filter(({ urn }) => urn.startsWith(`urn:pulumi:${stack}::`))

function changesOf(made: readonly Declared[], hubAccount: string): readonly Changes[] {
  return [...Map.groupBy(made, ({ account }) => account)].map(([account, all]) => ({
    account,
    whose: account === hubAccount ? 'hub' : 'tenant',
    made: countsOf(all.map(({ type }) => type)),
  }))
}

/** `aws:ec2/vpc:Vpc` → `Vpc`; the type with the most resources comes first. */
export function countsOf(types: readonly string[]): Readonly<Record<string, number>> {
  const counts = [...Map.groupBy(types, (type) => type.split(':').at(-1) ?? type)].map(
    ([type, all]) => [type, all.length] as const,
  )
  return Object.fromEntries(counts.sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1)))
}

/**
 * Connections from the new tenant's gateway to its models, from the others' gateways to the same endpoint, and from the new one to theirs. Tasks
 * have no address before they run.
 */
function pathsOf(
  { ledger }: Cloud,
  hub: HubOutputs,
  others: readonly Planned[],
  planned: Planned,
): readonly NetworkPath[] {
  const endpointOf = ({ settings }: Planned) =>
    ledger
      .all('aws:dynamodb/tableItem:TableItem')
      .map(({ inputs }) => JSON.parse(String(inputs.item)))
      .find(({ tenantId, endpoint }) => tenantId?.S === settings.tenantId && endpoint !== undefined)?.endpoint.S
  const connection = (from: Planned, to: Planned): readonly NetworkPath[] => {
    const { tenantId, compute } = from.settings
    const host = endpointOf(to)
    if (compute.kind !== 'lambda' || host === undefined) return []
    const origin = { kind: 'function', functionName: functionName(tenantId), account: hub.account } as const
    const path = reach(ledger, origin, host, 443)
    return [
      {
        from: `gateway of ${tenantId}`,
        to: `model endpoint of ${to.settings.modelEndpoint === 'hub' ? `the hub, which ${to.settings.tenantId} shares` : to.settings.tenantId}`,
        open: path.reachable,
        how: path.reachable ? [...new Set(path.hops.map(({ kind }) => kind))].join(' → ') : path.reason,
      },
    ]
  }
  return [
    {
      from: 'clients',
      to: `${hub.gatewayUrl}/${planned.settings.tenantId}/`,
      open: true,
      how: 'load balancer, with the token of the tenant’s users or machines',
    },
    ...connection(planned, planned),
    ...others.flatMap((other) => [...connection(other, planned), ...connection(planned, other)]),
  ]
}

/** Accounts named in the stack files, each with the roles and models of the sample's accounts. */
async function organizationOf(hub: HubSettings, tenants: readonly Planned[]): Promise<Organization> {
  const [hubPattern, pattern] = sample.accounts
  if (!hubPattern || !pattern) throw new Error('The sample organisation has no hub or no tenant any more.')
  const outside = hub.sharing.kind === 'accounts'
  const accounts = [...new Map(tenants.map((one) => [one.settings.account, one])).values()].map(
    ({ settings: { account, models, fallbacks = {} } }): Account => ({
      ...pattern,
      id: account,
      name: account,
      models: [...Object.values(models), ...Object.values(fallbacks).flat()],
      roles: tenantRoles(account).map((role) => ofDeployer(role, hub.account)),
      policies: tenantBoundaries(
        account,
        tenants.map(({ settings }) => settings.tenantId),
      ),
      serviceControlPolicies: [],
      quotas: { 'L-F678F1CE': 100 },
    }),
  )
  const { listener } = hub
  return {
    ...sample,
    ramSharing: !outside,
    deployerRoleArn: deployerOf(hub.account),
    profiles: {},
    images: hub.fargate ? await localImages(hub.gatewayBaseImage) : [],
    accounts: [
      {
        ...hubPattern,
        id: hub.account,
        quotas: { 'L-0EA8095F': 200, 'L-7EED9B64': hub.listenerRules, 'L-3032A538': hub.fargateVcpuLimit },
        concurrencyLimit: hub.concurrencyLimit,
        ...(listener.kind === 'hostedZone' && {
          hostedZones: { [listener.hostedZoneId]: listener.domainName.split('.').slice(-2).join('.') },
        }),
        ...(listener.kind === 'certificate' && { certificates: { [listener.certificateArn]: listener.domainName } }),
      },
      ...accounts,
    ],
  }
}

const deployerOf = (account: string) => `arn:aws:iam::${account}:role/platform-deployer`

/** The role with a trust policy for this hub's deployer. */
const ofDeployer = <T extends object>(role: T, hubAccount: string): T =>
  JSON.parse(JSON.stringify(role).replaceAll(sample.deployerRoleArn, deployerOf(hubAccount)))

/** Settings with the made-up organisation's roles and units in place of the real ones. */
function signedIn(stack: Stack, settings: HubSettings | SpokeSettings): Stack {
  const nobody = { profile: undefined, hubProfile: undefined, hubRoleArn: undefined, roleArn: undefined }
  if (settings.role === 'spoke')
    return withSettings(stack, { ...nobody, roleArn: roleArn(settings.account, 'genai-deployer') })
  return withSettings(stack, {
    ...nobody,
    deployers: [deployerOf(settings.account)],
    ...(settings.sharing.kind === 'organisation' && { shareWithOrganisation: sample.arn }),
    ...(settings.keySetVia === 'inline' && { keySetVia: 'table' }),
  })
}
