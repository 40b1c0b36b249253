/** Policies that are AWS's own. */
import type { PolicyDocument } from '../organization.ts'

/** The service control policy of an account that was given no other. */
export const FULL_AWS_ACCESS: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
}
