/**
 * Settings for behaviour of AWS that is not documented. The default is what the project is designed for; the other value works even if
 * AWS behaves otherwise, which `genai doctor --aws --deployed` finds out (docs/decisions/0105-what-aws-may-do-otherwise.md).
 */
import type { Setting } from '../setting.ts'
import { oneOf } from '../values.ts'

/** Who compares the list of groups in a user's token with the tenant. */
export type GroupCheck = 'both' | 'gateway'

/** Which account deletes the tenant's Transit Gateway attachment. */
export type AttachmentDeletion = 'both' | 'owner'

export const groupCheck: Setting<GroupCheck> = {
  type: '`both` or `gateway`',
  meaning:
    'Who checks that a user’s groups include the tenant’s: the load balancer and the gateway, or the gateway only. Set `gateway` if AWS’s load balancer refuses users of several groups, which `genai doctor --aws --deployed` finds out. The load balancer still checks `custom:tenant_id`, or the text claim of the external provider; one check of two is lost.',
  allowed: 'both or gateway; gateway only if the hub’s identity, where it has one, has another claimFormat than list.',
  placeholder: '{WHO}',
  fallback: { value: 'both', text: '`both`' },
  parse: oneOf(['both', 'gateway']),
}

export const attachmentDeletion: Setting<AttachmentDeletion> = {
  type: '`both` or `owner`',
  meaning:
    'Which account deletes the tenant’s Transit Gateway attachment when the tenant moves or is destroyed: first the hub’s, which accepted it, then the tenant’s, which owns it; or the owner’s only. Set `owner` if a destroy fails at the second deletion, which `genai doctor --aws --deployed --with-test-tenant` finds out. It counts from the next `up` on.',
  allowed: 'both or owner.',
  placeholder: '{WHO}',
  fallback: { value: 'both', text: '`both`' },
  parse: oneOf(['both', 'owner']),
}
