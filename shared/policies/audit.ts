/** The role of the hub's audit function: it writes the trail and its own log, and can do nothing else. */
import { type PolicyDocument, policy } from './document.ts'

/** @param args.trailArn log group of the trail. @param args.logGroupArn the function's own */
export function auditRolePolicy(args: { readonly trailArn: string; readonly logGroupArn: string }): PolicyDocument {
  return policy(
    // Written, never read or deleted: not even by the function that writes it.
    { Sid: 'WriteTrail', Effect: 'Allow', Action: WRITE, Resource: `${args.trailArn}:log-stream:*` },
    { Sid: 'OwnLogs', Effect: 'Allow', Action: WRITE, Resource: `${args.logGroupArn}:log-stream:*` },
  )
}

const WRITE = ['logs:CreateLogStream', 'logs:PutLogEvents']
