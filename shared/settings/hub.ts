/** Reads the hub's settings: the table's values, and the checks between them. */

import type { CentralModelsSettings, Listener, Sharing } from '../choices.ts'
import { overlaps } from '../cidr.ts'
import { mostAllowedBlocks, portsOf, RULES_PER_GROUP } from '../load-balancer-quotas.ts'
import { centralEndpointPolicyText } from '../policies/central-endpoint.ts'
import { POLICY_LIMITS } from '../policies/document.ts'
import { parseModel } from '../policies/models.ts'
import { onboardingTrustPolicy } from '../policies/onboarding.ts'
import type { HubSettings } from '../settings.ts'
import { removeCommand } from './commands.ts'
import { accountOfRole, CERTIFICATE_ARN, credentialsOf, SINK_ARN, TOPIC_ARN } from './common.ts'
import { checkFederation, checkIdentity, checkUserPoolDomain } from './hub-identity-checks.ts'
import { HUB_PARTS, HUB_TABLE, type HubValues, type Refuse } from './hub-table.ts'
import { REGIONS } from './regions.ts'
import { mistake, type Problem, type RawSettings, readTable, SettingsError, settled } from './setting.ts'
import { SITE_TABLE } from './site-table.ts'
import { SPOKE_TABLE } from './spoke-table.ts'
import { isPrivate, PRIVATE_RANGES_TEXT } from './values.ts'

/** @throws SettingsError with all mistakes */
export function readHubSettings(raw: RawSettings, stack: string): HubSettings {
  const read = readTable(HUB_TABLE, raw, {
    stack,
    otherRoles: [
      { name: 'spoke', table: SPOKE_TABLE },
      { name: 'site', table: SITE_TABLE },
    ],
  })
  const problems: Problem[] = []
  const refuse: Refuse = (setting, got, fix = {}) => {
    const problem = mistake(stack, setting, HUB_TABLE[setting], got, fix)
    problems.push(fix.choice === undefined ? problem : { ...problem, fix: removeCommand(stack, `{${fix.choice}}`) })
  }
  const values = { ...read, region: checkRegion(read, refuse) }
  checkNetwork(values, refuse)
  checkAccounts(values, refuse)
  checkAlarmTopic(values, refuse)
  checkAccountMetrics(values, refuse)
  checkDeployers(values, refuse)
  checkUserPoolDomain(values, refuse)
  checkIdentity(values, refuse)
  checkFederation(values, stack, refuse)
  const listener = listenerOf(values, refuse)
  if (listener) checkBlocks(values, listener, refuse)
  if (listener) checkEndpointService(values, listener, refuse)
  const sharing = sharingOf(values, refuse)
  const central = sharing && centralOf(values, sharing, refuse)
  if (problems.length > 0 || !listener || !sharing) throw new SettingsError(stack, problems)
  return {
    ...settled(values, HUB_PARTS),
    credentials: credentialsOf(values.roleArn, values.profile),
    sharing,
    listener,
    ...(values.endpointService && { endpointService: { accounts: values.endpointServiceAccounts ?? [] } }),
    ...(central && { centralModels: central }),
  }
}

const regionOf = (zone: string) => zone.slice(0, -1)

/**
 * If the region is unknown, and all zones belong to a known one, the region is the mistake.
 * @returns the region that was meant
 */
function checkRegion({ region, availabilityZones }: HubValues, refuse: Refuse): string {
  const [meant = region, ...others] = new Set(availabilityZones.map(regionOf))
  if (others.length > 0 || REGIONS.includes(region) || !REGIONS.includes(meant)) return region
  refuse('region', `"${region}" is no region that is known, and every zone is one of ${meant}.`, { meant })
  return meant
}

/** Supernets for suggestions: a hub's block overlaps at most one of them. */
const SUPERNETS = ['10.64.0.0/10', '10.128.0.0/10'] as const

function checkNetwork(values: HubValues, refuse: Refuse): void {
  const { cidrBlock, spokesCidrBlock, availabilityZones, leavingZone, region } = values
  if (leavingZone !== undefined && availabilityZones[2] !== leavingZone)
    refuse('leavingZone', `"${leavingZone}" is not the last of three: the zones are ${availabilityZones.join(', ')}.`)
  if (overlaps(cidrBlock, spokesCidrBlock)) {
    const free = SUPERNETS.find((supernet) => !overlaps(cidrBlock, supernet))
    const got = `${spokesCidrBlock} overlaps the hub's own cidrBlock ${cidrBlock}; ${free}, for one, does not.`
    refuse('spokesCidrBlock', got, { meant: '{BLOCK}' })
  }
  for (const [index, zone] of availabilityZones.entries())
    if (regionOf(zone) !== region)
      refuse('availabilityZones', `"${zone}" is not a zone of ${region}.`, { at: `[${index}]` })
}

function checkAccounts({ account, roleArn, shareWithAccounts = [] }: HubValues, refuse: Refuse): void {
  if (roleArn !== undefined && accountOfRole(roleArn) !== account)
    refuse('roleArn', `"${roleArn}" is not in the hub's account ${account}.`)
  if (shareWithAccounts.includes(account)) {
    const at = `[${shareWithAccounts.indexOf(account)}]`
    refuse('shareWithAccounts', `it holds the hub's own account ${account}.`, { at })
  }
}

/** Each deployer is in two statements of the trust policy. */
function checkDeployers({ deployers }: HubValues, refuse: Refuse): void {
  const { length } = JSON.stringify(onboardingTrustPolicy({ deployers }))
  if (length <= POLICY_LIMITS.trust) return
  refuse(
    'deployers',
    `their names make the onboarding role's trust policy ${length} characters long, and AWS allows ${POLICY_LIMITS.trust}: name fewer, or one role that they share.`,
    { meant: '["{ARN}"]' },
  )
}

/** A security group rule for each block and port, in one group. */
function checkBlocks(values: HubValues, listener: Listener, refuse: Refuse): void {
  const { allowedCidrBlocks, clientInstance, endpointService, loadBalancer } = values
  for (const [index, block] of allowedCidrBlocks.entries())
    if (loadBalancer === 'internal' && !isPrivate(block))
      refuse(
        'allowedCidrBlocks',
        `"${block}" is not private, and an internal load balancer is reached by private addresses only (${PRIVATE_RANGES_TEXT}).`,
        { at: `[${index}]` },
      )
  const most = mostAllowedBlocks(listener, clientInstance, endpointService)
  if (allowedCidrBlocks.length <= most) return
  const ports = portsOf(listener).join(' and ')
  refuse(
    'allowedCidrBlocks',
    `it has ${allowedCidrBlocks.length} blocks; with ports ${ports}${clientInstance ? ' and a client instance' : ''}${endpointService ? ' and an endpoint service' : ''} a security group has room for ${most}: join some into larger blocks.`,
  )
}

/** Consumers call the gateway by its own name, whose ownership is proven in its public zone. */
function checkEndpointService(values: HubValues, listener: Listener, refuse: Refuse): void {
  const { account, endpointService, endpointServiceAccounts: accounts } = values
  if (endpointService && listener.kind !== 'hostedZone')
    refuse(
      'endpointService',
      "it is true, and hostedZoneId is not set: consumers call the gateway by its own name, and AWS lets them once a record in the name's public zone has proven it.",
      { choice: 'endpointService' },
    )
  if (accounts === undefined) return
  if (!endpointService)
    refuse('endpointServiceAccounts', 'it is set, and endpointService is not true: there is nothing to connect to.', {
      choice: 'endpointServiceAccounts',
    })
  if (accounts.includes(account))
    refuse('endpointServiceAccounts', `it holds the hub's own account ${account}.`, {
      at: `[${accounts.indexOf(account)}]`,
    })
}

/** CloudWatch notifies topics of its own region only. The topic may belong to another account. */
function checkAlarmTopic({ alarmTopicArn, region }: HubValues, refuse: Refuse): void {
  if (alarmTopicArn === undefined || TOPIC_ARN.exec(alarmTopicArn)?.[1] === region) return
  const meant = `arn:aws:sns:${region}:{ACCOUNT}:{NAME}`
  refuse('alarmTopicArn', `"${alarmTopicArn}" is not in ${region}.`, { meant })
}

/** Only the dashboard uses the sink, and an account can look into its own sink only. */
function checkAccountMetrics({ accountMetrics, dashboard, account, region }: HubValues, refuse: Refuse): void {
  if (accountMetrics === undefined) return
  if (!dashboard)
    refuse('accountMetrics', 'it is set, and dashboard is not true: nothing would show them.', {
      choice: 'accountMetrics',
    })
  if (accountMetrics.kind === 'made') return
  const { arn } = accountMetrics
  const [, ofRegion, ofAccount] = SINK_ARN.exec(arn) ?? []
  if (ofRegion === region && ofAccount === account) return
  refuse('accountMetrics', `"${arn}" is not in account ${account} and region ${region}.`, {
    meant: `arn:aws:oam:${region}:${account}:sink/{ID}`,
  })
}

/**
 * The limit for the first name of a certificate that ACM makes, because RFC 5280 limits the common name. Imported certificates may have longer
 * ones.
 */
const LONGEST_REQUESTED = 64

/** HTTPS is never missing unnoticed, and if two ways to it are set, neither is chosen silently. */
function listenerOf(values: HubValues, refuse: Refuse): Listener | undefined {
  const { domainName, hostedZoneId, certificateArn, allowInsecureHttp } = values
  if (allowInsecureHttp) {
    if (domainName === undefined && hostedZoneId === undefined && certificateArn === undefined)
      return { kind: 'insecureHttp' }
    const others = Object.entries({ domainName, hostedZoneId, certificateArn }).filter(
      ([, value]) => value !== undefined,
    )
    const names = others.map(([name]) => name).join(' and ')
    refuse('allowInsecureHttp', `it is true, and ${names} ${others.length === 1 ? 'is' : 'are'} set as well.`, {
      choice: `allowInsecureHttp, or ${names}`,
    })
  } else if (domainName === undefined) {
    refuse('domainName', 'it is not set, and neither is allowInsecureHttp.')
  } else if (hostedZoneId !== undefined && certificateArn !== undefined) {
    refuse('hostedZoneId', 'it is set, and certificateArn as well.', { choice: 'hostedZoneId or certificateArn' })
  } else if (hostedZoneId !== undefined) {
    if (domainName.length <= LONGEST_REQUESTED) return { kind: 'hostedZone', domainName, hostedZoneId }
    refuse(
      'domainName',
      `it has ${domainName.length} characters, and ACM requests certificates for names of up to ${LONGEST_REQUESTED}: take a shorter one, or an existing certificate (certificateArn).`,
    )
  } else if (certificateArn !== undefined) {
    return existingCertificate(values, { kind: 'certificate', domainName, certificateArn }, refuse)
  } else {
    refuse('hostedZoneId', 'domainName is set, but neither hostedZoneId nor certificateArn.')
  }
  return undefined
}

function existingCertificate(
  values: HubValues,
  listener: Extract<Listener, { kind: 'certificate' }>,
  refuse: Refuse,
): Listener | undefined {
  const [, region, account] = CERTIFICATE_ARN.exec(listener.certificateArn) ?? []
  if (region === values.region && account === values.account) return listener
  refuse(
    'certificateArn',
    `"${listener.certificateArn}" is not in account ${values.account} and region ${values.region}.`,
    { meant: `arn:aws:acm:${values.region}:${values.account}:certificate/{ID}` },
  )
  return undefined
}

function sharingOf(values: HubValues, refuse: Refuse): Sharing | undefined {
  const { shareWithOrganisation: arn, shareWithAccounts: accounts } = values
  if (arn !== undefined && accounts === undefined) return { kind: 'organisation', arn }
  if (arn === undefined && accounts !== undefined) return { kind: 'accounts', accounts }
  if (arn === undefined) refuse('shareWithOrganisation', 'neither it nor shareWithAccounts is set.')
  else
    refuse('shareWithOrganisation', 'shareWithAccounts is set as well.', {
      choice: 'shareWithOrganisation or shareWithAccounts',
    })
  return undefined
}

/** Checks the shared endpoint's models: known in the region, and all of them fit into one policy. */
function centralOf(values: HubValues, sharing: Sharing, refuse: Refuse): CentralModelsSettings | undefined {
  const { centralModels, centralModelRegions, securityGroupRules, region } = values
  if (centralModels === undefined) {
    if (Object.keys(centralModelRegions).length > 0)
      refuse('centralModelRegions', 'it is set, and centralModels is not: there is no shared endpoint.', {
        choice: 'centralModelRegions',
      })
    if (securityGroupRules !== RULES_PER_GROUP)
      refuse('securityGroupRules', 'it is set, and centralModels is not: nothing else reads it.', {
        choice: 'securityGroupRules',
      })
    return undefined
  }
  const unknown = centralModels.flatMap((id, index) => {
    try {
      parseModel(id, region, centralModelRegions)
      return []
    } catch (error) {
      return [{ at: `[${index}]`, got: error instanceof Error ? error.message : String(error) }]
    }
  })
  for (const { at, got } of unknown) refuse('centralModels', got, { at })
  const central = { modelIds: centralModels, modelRegions: centralModelRegions, groupRules: securityGroupRules }
  if (unknown.length > 0) return central
  try {
    centralEndpointPolicyText({ ...central, region, sharing })
  } catch (error) {
    refuse('centralModels', error instanceof Error ? error.message : String(error), { meant: '["{MODEL}"]' })
  }
  return central
}
