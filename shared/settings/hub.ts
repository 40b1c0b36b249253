/** Reads the hub's settings: the table's values, and the checks between them. */
import { overlaps } from '../cidr.ts'
import type { HubSettings, Listener, Sharing } from '../settings.ts'
import { accountOfRole, CERTIFICATE_ARN, credentialsOf, TOPIC_ARN } from './common.ts'
import { HUB_TABLE } from './hub-table.ts'
import { mistake, type Problem, type RawSettings, readTable, SettingsError, type Values } from './setting.ts'

type HubValues = Values<typeof HUB_TABLE>

/** @throws SettingsError with every mistake */
export function readHubSettings(raw: RawSettings, stack: string): HubSettings {
  const values = readTable(HUB_TABLE, raw, stack)
  const problems: Problem[] = []
  const refuse: Refuse = (setting, got, fix) => {
    const problem = mistake(setting, HUB_TABLE[setting], got)
    problems.push(fix === undefined ? problem : { ...problem, fix })
  }
  checkNetwork(values, refuse)
  checkAccounts(values, refuse)
  checkAlarmTopic(values, refuse)
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
    auditRetentionDays: rest.auditRetentionDays,
    ...(rest.alarmTopicArn !== undefined && { alarmTopicArn: rest.alarmTopicArn }),
    deletionProtection: rest.deletionProtection,
  }
}

/** @param fix arguments of the `pulumi config` that puts it right, where the setting's example does not */
type Refuse = (setting: keyof HubValues, got: string, fix?: string) => void

/** Supernets to propose: a hub's block overlaps one of them at most. */
const SUPERNETS = ['10.64.0.0/10', '10.128.0.0/10'] as const

function checkNetwork(values: HubValues, refuse: Refuse): void {
  const { cidrBlock, spokesCidrBlock, availabilityZones, region } = values
  if (overlaps(cidrBlock, spokesCidrBlock)) {
    const free = SUPERNETS.find((supernet) => !overlaps(cidrBlock, supernet))
    refuse(
      'spokesCidrBlock',
      `${spokesCidrBlock} overlaps the hub's own cidrBlock ${cidrBlock}.`,
      `set spokesCidrBlock ${free}`,
    )
  }
  for (const [index, zone] of availabilityZones.entries()) {
    if (zone.slice(0, -1) === region) continue
    const fix = `set --path 'availabilityZones[${index}]' ${region}${zone.slice(-1)}`
    refuse('availabilityZones', `"${zone}" is not a zone of ${region}.`, fix)
  }
}

function checkAccounts(values: HubValues, refuse: Refuse): void {
  const { account, roleArn, shareWithAccounts = [] } = values
  if (roleArn !== undefined && accountOfRole(roleArn) !== account) {
    const fix = `set roleArn arn:aws:iam::${account}:role/NAME`
    refuse('roleArn', `"${roleArn}" is not in the hub's account ${account}.`, fix)
  }
  if (shareWithAccounts.includes(account)) {
    const fix = `rm --path 'shareWithAccounts[${shareWithAccounts.indexOf(account)}]'`
    refuse('shareWithAccounts', `it holds the hub's own account ${account}.`, fix)
  }
}

/** CloudWatch notifies topics of its own region only; the account may be another. */
function checkAlarmTopic({ alarmTopicArn, region }: HubValues, refuse: Refuse): void {
  if (alarmTopicArn === undefined || TOPIC_ARN.exec(alarmTopicArn)?.[1] === region) return
  const fix = `set alarmTopicArn arn:aws:sns:${region}:${alarmTopicArn.split(':').slice(4).join(':')}`
  refuse('alarmTopicArn', `"${alarmTopicArn}" is not in ${region}.`, fix)
}

/** HTTPS is never silently missing, and of two ways to it neither is chosen silently. */
function listenerOf(values: HubValues, refuse: Refuse): Listener | undefined {
  const { domainName, hostedZoneId, certificateArn, allowInsecureHttp } = values
  if (allowInsecureHttp) {
    if (domainName === undefined && hostedZoneId === undefined && certificateArn === undefined)
      return { kind: 'insecureHttp' }
    const got = 'it is true, and a domain name, hosted zone or certificate is set as well.'
    refuse('allowInsecureHttp', got, 'set allowInsecureHttp false')
  } else if (domainName === undefined) {
    refuse('domainName', 'it is not set, and neither is allowInsecureHttp.')
  } else if (hostedZoneId !== undefined && certificateArn !== undefined) {
    refuse('hostedZoneId', 'it is set, and certificateArn as well.', 'rm certificateArn')
  } else if (hostedZoneId !== undefined) {
    return { kind: 'hostedZone', domainName, hostedZoneId }
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
    `set certificateArn arn:aws:acm:${values.region}:${values.account}:certificate/ID`,
  )
  return undefined
}

function sharingOf(values: HubValues, refuse: Refuse): Sharing | undefined {
  const { shareWithOrganisation: arn, shareWithAccounts: accounts } = values
  if (arn !== undefined && accounts === undefined) return { kind: 'organisation', arn }
  if (arn === undefined && accounts !== undefined) return { kind: 'accounts', accounts }
  if (arn === undefined) refuse('shareWithOrganisation', 'neither it nor shareWithAccounts is set.')
  else refuse('shareWithOrganisation', 'shareWithAccounts is set as well.', 'rm shareWithAccounts')
  return undefined
}
