import { number } from '../../../resource/values.ts'
import { permit } from '../../../wire/protocol/protocol.ts'
import { integer, read, structure, text } from '../../../wire/protocol/shape.ts'
import { LOGS, type LogsOperation, REFUSALS } from '../operation.ts'
import { LOG_GROUP } from '../resources/log-group.ts'

const INPUT = structure({
  logGroupNamePrefix: text({ min: 1, max: 512, pattern: /^[.\-_/#A-Za-z0-9]+$/ }),
  limit: integer({ min: 1, max: 50 }),
  nextToken: text({ min: 1 }),
})

const PAGE = 50

export const describeLogGroups: LogsOperation = async ({ surroundings, request, session, input }) => {
  const { logGroupNamePrefix: prefix = '', limit = PAGE, nextToken } = read(INPUT, input, REFUSALS)
  const { account } = session
  await permit(surroundings, request, LOGS, {
    action: 'logs:DescribeLogGroups',
    resource: '*',
    resourceAccount: account,
    session,
  })
  const groups = surroundings.ledger
    .all(LOG_GROUP)
    .filter((one) => one.account === account && one.region === request.region && one.id.startsWith(prefix))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  const from = /^\d{1,9}$/.test(nextToken ?? '') ? Number(nextToken) : 0
  return {
    logGroups: groups.slice(from, from + limit).map(({ id, outputs }) => ({
      logGroupName: id,
      arn: `arn:aws:logs:${request.region}:${account}:log-group:${id}:*`,
      logGroupArn: `arn:aws:logs:${request.region}:${account}:log-group:${id}`,
      retentionInDays: number(outputs, 'retentionInDays'),
    })),
    ...(from + limit < groups.length && { nextToken: String(from + limit) }),
  }
}
