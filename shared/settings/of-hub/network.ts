/** Hub settings: addresses, zones, and with whom the Transit Gateway is shared. */
import { HUB_PREFIXES } from '../../addressing.ts'
import { none } from '../common.ts'
import type { Setting } from '../setting.ts'
import { account, listOf, matching, PRIVATE_RANGES_TEXT, privateCidr } from '../values.ts'

const ZONE = /^[a-z]{2}-[a-z]+-\d[a-z]$/
const SHARED_WITH_ARN =
  /^arn:aws:organizations::\d{12}:(organization\/o-[a-z0-9]{10,32}|ou\/o-[a-z0-9]{10,32}\/ou-[a-z0-9-]{6,68})$/

export const cidrBlock: Setting<string> = {
  type: 'CIDR block',
  meaning: "Addresses of the hub's VPC.",
  allowed: `a block of /${HUB_PREFIXES.largest} to /${HUB_PREFIXES.smallest} in ${PRIVATE_RANGES_TEXT}, outside of spokesCidrBlock.`,
  placeholder: '{BLOCK}',
  fallback: { value: '10.0.0.0/16', text: '`10.0.0.0/16`' },
  parse: privateCidr(HUB_PREFIXES.largest, HUB_PREFIXES.smallest),
}

export const spokesCidrBlock: Setting<string> = {
  type: 'CIDR block',
  meaning:
    "The supernet that every spoke's CIDR block lies in; the only one that the hub routes to the Transit Gateway.",
  allowed: `a block of /8 to /20 in ${PRIVATE_RANGES_TEXT}, that does not overlap cidrBlock.`,
  placeholder: '{BLOCK}',
  fallback: { value: '10.64.0.0/10', text: '`10.64.0.0/10`' },
  parse: privateCidr(8, 20),
}

export const availabilityZones: Setting<readonly string[]> = {
  type: 'list of text',
  meaning:
    "Zones of the hub, by their names in the hub's account. Add new ones at the end: the order decides the subnets' addresses.",
  allowed: 'two or three different zone names of the region, such as us-east-1a.',
  entries: 'list',
  placeholder: '{ZONE}',
  fallback: 'required',
  parse: listOf(matching(ZONE, 'the name of an availability zone'), 2, 3),
}

export const leavingZone: Setting<string | undefined> = {
  type: 'text',
  meaning:
    'Zone that is about to be taken from the hub: tenants leave it with their next `up` (docs/operations.md, "Taking a zone away").',
  allowed: 'the last of three availabilityZones.',
  placeholder: '{ZONE}',
  fallback: none,
  parse: matching(ZONE, 'the name of an availability zone'),
}

export const shareWithOrganisation: Setting<string | undefined> = {
  type: 'text',
  meaning: 'Organisation or organisational unit that the Transit Gateway is shared with (RAM sharing must be on).',
  allowed: 'the ARN of an organisation or organisational unit; not together with shareWithAccounts.',
  placeholder: '{ARN}',
  fallback: none,
  parse: matching(SHARED_WITH_ARN, 'the ARN of an organisation or organisational unit'),
}

export const shareWithAccounts: Setting<readonly string[] | undefined> = {
  type: 'list of accounts',
  meaning:
    'Accounts outside of the organisation that tenants may be in: each spoke adds its own account to the share and accepts the invitation.',
  allowed: '1 to 100 different account ids of 12 digits, quoted; not together with shareWithOrganisation.',
  entries: 'list',
  placeholder: '{ACCOUNT}',
  fallback: none,
  parse: listOf(account, 1, 100),
}
