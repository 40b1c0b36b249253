/** Hub settings: the user pool, and how the gateways get the keys of tokens. */
import { KEY_SET_WAYS } from '../../choices.ts'
import { none } from '../common.ts'
import type { Setting } from '../setting.ts'
import { simple } from '../shapes.ts'
import { matching } from '../values.ts'

export const keySetVia = simple(
  { is: 'choice', of: KEY_SET_WAYS },
  {
    meaning:
      "How the functions get the user pool's key set: Cognito's interface endpoint, a NAT gateway per zone, a copy made at deployment (no key rotation), or a table that a function of the hub fills every minute.",
    fallback: 'endpoint',
  },
)

export const userPoolDomain: Setting<string | undefined> = {
  type: 'text',
  meaning:
    "Prefix of the user pool's domain, `PREFIX.auth.REGION.amazoncognito.com`, where people sign in by browser and machines get tokens by client credentials. Nobody else in the region may have it. A pool with a domain is not reached by `keySetVia: endpoint`.",
  allowed:
    '1 to 63 lower-case letters, digits and hyphens, no hyphen at either end, without the words aws, amazon and cognito.',
  placeholder: '{PREFIX}',
  fallback: none,
  parse: matching(
    /^(?!.*(?:aws|amazon|cognito))[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    "the prefix of a user pool's domain",
  ),
}
