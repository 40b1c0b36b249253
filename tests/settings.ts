/** For tests of settings: a good hub's and a good spoke's, and what is said when one of them is changed. */
import { readSettings } from '../shared/settings/read.ts'
import { SettingsError } from '../shared/settings/setting.ts'
import type { Settings } from '../shared/settings.ts'

export const originOf = (stack: string) => ({ organization: 'organization', project: 'genai-hub-spoke', stack })

export const hub = {
  role: 'hub',
  account: '111111111111',
  region: 'us-east-1',
  availabilityZones: '["us-east-1a","us-east-1b"]',
  shareWithOrganisation: 'arn:aws:organizations::999999999999:organization/o-exampleorg01',
  domainName: 'genai.example.com',
  hostedZoneId: 'Z0123456789EXAMPLEHUB',
  allowedCidrBlocks: '["198.51.100.0/24"]',
  deployers: '["arn:aws:iam::111111111111:role/platform-deployer"]',
}

export const spoke = {
  role: 'spoke',
  tenantId: 'tenant1',
  account: '222222222222',
  cidrBlock: '10.64.0.0/24',
  availabilityZoneIds: '["use1-az1","use1-az2"]',
  models: '{"nova-2-lite":"us.amazon.nova-2-lite-v1:0"}',
}

export type Change = Readonly<Record<string, string | undefined>>

export function read(base: Readonly<Record<string, string>>, change: Change = {}): Settings {
  const raw = Object.fromEntries(
    Object.entries({ ...base, ...change }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  return readSettings(raw, originOf(base.role === 'hub' ? 'hub' : 'spoke-tenant1'))
}

/** @throws Error when the settings are accepted */
export function mistakes(base: Readonly<Record<string, string>>, change: Change): SettingsError {
  try {
    read(base, change)
  } catch (error) {
    if (error instanceof SettingsError) return error
    throw error
  }
  throw new Error('The settings were accepted.')
}
