/** Reads the hub's settings: the table's values, and the checks between them. */
import { overlaps } from '../cidr.ts'
import type { HubSettings, Listener, Sharing } from '../settings.ts'
import { accountOfRole, CERTIFICATE_ARN, credentialsOf } from './common.ts'
import { HUB_TABLE } from './hub-table.ts'
import { type Problem, type RawSettings, readTable, SettingsError, type Values } from './setting.ts'

type HubValues = Values<typeof HUB_TABLE>

/** @throws SettingsError with every mistake */
export function readHubSettings(raw: RawSettings, stack: string): HubSettings {
  const values = readTable(HUB_TABLE, raw, stack)
  const problems: Problem[] = []
  const refuse = (setting: keyof HubValues, got: string) => {
    const { allowed, example } = HUB_TABLE[setting]
    problems.push({ setting, got, allowed, example })
  }
  checkNetwork(values, refuse)
  checkAccounts(values, refuse)
  const listener = listenerOf(values, refuse)
  const sharing = sharingOf(values, refuse)
  if (problems.length > 0 || !listener || !sharing) throw new SettingsError(stack, problems)
  const { roleArn, profile, ...rest } = values
  return {
    role: 'hub',
    account: rest.account,
    region: rest.region,
    credentials: credentialsOf(roleArn, profile),
    cidrBlock: rest.cidrBlock,
    spokesCidrBlock: rest.spokesCidrBlock,
    availabilityZones: rest.availabilityZones,
    sharing,
    listener,
    allowedCidrBlocks: rest.allowedCidrBlocks,
    wafRateLimit: rest.wafRateLimit,
    clientInstance: rest.clientInstance,
    keySetVia: rest.keySetVia,
    deployers: rest.deployers,
    concurrencyLimit: rest.concurrencyLimit,
    deletionProtection: rest.deletionProtection,
  }
}

type Refuse = (setting: keyof HubValues, got: string) => void

function checkNetwork(values: HubValues, refuse: Refuse): void {
  if (overlaps(values.cidrBlock, values.spokesCidrBlock)) {
    refuse('spokesCidrBlock', `${values.spokesCidrBlock} overlaps the hub's own cidrBlock ${values.cidrBlock}.`)
  }
  for (const zone of values.availabilityZones) {
    if (zone.slice(0, -1) !== values.region) refuse('availabilityZones', `"${zone}" is not a zone of ${values.region}.`)
  }
}

function checkAccounts(values: HubValues, refuse: Refuse): void {
  if (values.roleArn !== undefined && accountOfRole(values.roleArn) !== values.account) {
    refuse('roleArn', `"${values.roleArn}" is not in the hub's account ${values.account}.`)
  }
  if (values.shareWithAccounts?.includes(values.account)) {
    refuse('shareWithAccounts', `it holds the hub's own account ${values.account}.`)
  }
}

/** HTTPS is never silently missing, and of two ways to it neither is chosen silently. */
function listenerOf(values: HubValues, refuse: Refuse): Listener | undefined {
  const { domainName, hostedZoneId, certificateArn, allowInsecureHttp } = values
  if (allowInsecureHttp) {
    if (domainName === undefined && hostedZoneId === undefined && certificateArn === undefined)
      return { kind: 'insecureHttp' }
    refuse('allowInsecureHttp', 'it is true, and a domain name, hosted zone or certificate is set as well.')
    return undefined
  }
  if (domainName === undefined) {
    refuse('domainName', 'it is not set, and neither is allowInsecureHttp.')
    return undefined
  }
  if (hostedZoneId !== undefined && certificateArn !== undefined) {
    refuse('hostedZoneId', 'it is set, and certificateArn as well.')
    return undefined
  }
  if (hostedZoneId !== undefined) return { kind: 'hostedZone', domainName, hostedZoneId }
  if (certificateArn === undefined) {
    refuse('hostedZoneId', 'domainName is set, but neither hostedZoneId nor certificateArn.')
    return undefined
  }
  const [, region, account] = CERTIFICATE_ARN.exec(certificateArn) ?? []
  if (region !== values.region || account !== values.account) {
    refuse('certificateArn', `"${certificateArn}" is not in account ${values.account} and region ${values.region}.`)
  }
  return { kind: 'certificate', domainName, certificateArn }
}

function sharingOf(values: HubValues, refuse: Refuse): Sharing | undefined {
  const { shareWithOrganisation: arn, shareWithAccounts: accounts } = values
  if (arn !== undefined && accounts === undefined) return { kind: 'organisation', arn }
  if (arn === undefined && accounts !== undefined) return { kind: 'accounts', accounts }
  refuse(
    'shareWithOrganisation',
    arn === undefined ? 'neither it nor shareWithAccounts is set.' : 'shareWithAccounts is set as well.',
  )
  return undefined
}
