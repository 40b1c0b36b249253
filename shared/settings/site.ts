/** Reads the settings of a client: the table's values, and the checks between them. */
import type { CertifiedName } from '../choices.ts'
import type { SiteSettings } from '../settings.ts'
import { accountOfRole, CERTIFICATE_ARN, credentialsOf } from './common.ts'
import { HUB_TABLE } from './hub-table.ts'
import { CLOUDFRONT_REGION } from './regions.ts'
import { mistake, type Problem, type RawSettings, readTable, SettingsError, settled, type Values } from './setting.ts'
import { SITE_PARTS, SITE_TABLE } from './site-table.ts'
import { SPOKE_TABLE } from './spoke-table.ts'

type SiteValues = Values<typeof SITE_TABLE>
type Refuse = (setting: keyof SiteValues, got: string) => void

/**
 * @param defaultHubStack the value of `hubStack` if it is not set
 * @throws SettingsError with all mistakes
 */
export function readSiteSettings(raw: RawSettings, stack: string, defaultHubStack: string): SiteSettings {
  const otherRoles = [
    { name: 'hub', table: HUB_TABLE },
    { name: 'spoke', table: SPOKE_TABLE },
  ]
  const values = readTable(SITE_TABLE, raw, { stack, otherRoles })
  const problems: Problem[] = []
  const refuse: Refuse = (setting, got) => {
    problems.push(mistake(stack, setting, SITE_TABLE[setting], got))
  }
  if (values.roleArn !== undefined && accountOfRole(values.roleArn) !== values.account)
    refuse('roleArn', `"${values.roleArn}" is not in the client's account ${values.account}.`)
  const domain = domainOf(values, refuse)
  if (problems.length > 0) throw new SettingsError(stack, problems)
  return {
    ...settled(values, SITE_PARTS),
    hubStack: values.hubStack ?? defaultHubStack,
    credentials: credentialsOf(values.roleArn, values.profile),
    ...(domain && { domain }),
  }
}

function domainOf(values: SiteValues, refuse: Refuse): CertifiedName | undefined {
  const { domainName, hostedZoneId, certificateArn, account } = values
  if (domainName === undefined) {
    const alone = hostedZoneId === undefined ? certificateArn && 'certificateArn' : 'hostedZoneId'
    if (alone !== undefined) refuse('domainName', `it is not set, and ${alone} is, which is for a name.`)
    return undefined
  }
  if (hostedZoneId !== undefined && certificateArn !== undefined) {
    refuse('certificateArn', 'it is set together with hostedZoneId, which makes a certificate.')
    return undefined
  }
  if (hostedZoneId !== undefined) return { kind: 'hostedZone', domainName, hostedZoneId }
  if (certificateArn === undefined) {
    refuse('hostedZoneId', 'domainName is set, and neither hostedZoneId nor certificateArn is.')
    return undefined
  }
  const [, region, owner] = CERTIFICATE_ARN.exec(certificateArn) ?? []
  if (region !== CLOUDFRONT_REGION) refuse('certificateArn', `"${certificateArn}" is in ${region}.`)
  if (owner !== account) refuse('certificateArn', `"${certificateArn}" is not in the client's account ${account}.`)
  return { kind: 'certificate', domainName, certificateArn }
}
