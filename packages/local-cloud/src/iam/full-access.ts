/** AWS's own policy of full access. */
import type { PolicyDocument } from '../organization.ts'

/** The service control policy of an account to which no other is attached. */
export const FULL_AWS_ACCESS: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
}
