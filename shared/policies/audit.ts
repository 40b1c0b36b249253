/** The policy of the audit function's role: it may write the trail and its own log, and do nothing else. */
import { type PolicyDocument, policy } from './document.ts'

/**
 * @param args.trailArn the log group of the trail
 * @param args.logGroupArn the function's own log group
 */
export function auditRolePolicy(args: { readonly trailArn: string; readonly logGroupArn: string }): PolicyDocument {
  return policy(
    // It may write records, but not read or delete them.
    { Sid: 'WriteTrail', Effect: 'Allow', Action: WRITE, Resource: `${args.trailArn}:log-stream:*` },
    { Sid: 'OwnLogs', Effect: 'Allow', Action: WRITE, Resource: `${args.logGroupArn}:log-stream:*` },
  )
}

const WRITE = ['logs:CreateLogStream', 'logs:PutLogEvents']
