/** What all operations of CloudWatch Logs share. */

import { AwsError } from '../../errors.ts'
import type { Session } from '../../iam/authorize.ts'
import { jsonProtocol } from '../../wire/protocol/json.ts'
import { permit } from '../../wire/protocol/protocol.ts'
import { type Refusals, text } from '../../wire/protocol/shape.ts'
import type { Surroundings, WireRequest } from '../../wire/service.ts'
import type { GroupName, LogGroups } from './log-groups.ts'

export const LOGS = jsonProtocol({ version: '1.1', target: 'Logs_20140328' })

export const REFUSALS: Refusals = {
  serialization: (message) => new AwsError('SerializationException', message),
  validation: (message) => new AwsError('InvalidParameterException', message),
}

export interface LogsCall {
  readonly surroundings: Surroundings
  readonly groups: LogGroups
  readonly request: WireRequest
  readonly session: Session
  /** Not checked yet. */
  readonly input: unknown
}

export type LogsOperation = (call: LogsCall) => Promise<object>

export const GROUP_NAME = text({ min: 1, max: 512, pattern: /^[.\-_/#A-Za-z0-9]+$/ })
export const STREAM_NAME = text({ min: 1, max: 512, pattern: /^[^:*]*$/ })

/** @param resource the part of the ARN after the group: `log-stream:NAME` */
export async function permitted(
  { surroundings, groups, request, session }: LogsCall,
  action: string,
  name: string,
  resource: string,
): Promise<GroupName> {
  const group = { account: session.account, region: request.region, name }
  await permit(surroundings, request, LOGS, {
    action: `logs:${action}`,
    resource: `arn:aws:logs:${group.region}:${group.account}:log-group:${name}:${resource}`,
    resourceAccount: group.account,
    session,
  })
  if (!groups.find(group)) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.')
  return group
}
