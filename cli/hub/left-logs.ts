/** Finds log groups that remain in the accounts because they were kept when their stack was destroyed, by this run or an earlier one. */
import { paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs'
import { PREFIX } from '../../shared/naming.ts'
import { type OpenOptions, open } from '../doctor/gather.ts'
import type { Subject } from '../doctor/subjects.ts'
import { messageOf } from '../verb.ts'

export interface LeftLogs {
  readonly account: string
  /** Absent if no account was asked. */
  readonly region?: string
  readonly groups: readonly string[]
  /** The reason why the account could not be asked; `groups` is then empty. */
  readonly unknown?: string
}

/** Prefix of the names of all log groups of this project. */
const PREFIXES = [`/${PREFIX}/`, `/aws/lambda/${PREFIX}-`]

/**
 * Log groups of a hub, and of all tenants whose files are here, read with the files' own credentials. An account that does not answer, or a file
 * that cannot be read, causes no error, because the command itself has already succeeded.
 */
export async function leftLogs(hubStack: string, options: Omit<OpenOptions, 'stack'>): Promise<readonly LeftLogs[]> {
  try {
    const { hub, tenants } = (await open({ ...options, stack: hubStack })).world
    return await Promise.all(oneAnAccount([...(hub ? [hub] : []), ...tenants]).map(leftIn))
  } catch (cause) {
    return [{ account: `of ${hubStack}`, groups: [], unknown: messageOf(cause) }]
  }
}

const oneAnAccount = (subjects: readonly Subject[]): readonly Subject[] => [
  ...new Map(subjects.map((one) => [`${one.account} ${one.region}`, one])).values(),
]

async function leftIn({ account, region, clients }: Subject): Promise<LeftLogs> {
  try {
    const { logs } = await clients()
    const groups: string[] = []
    for (const logGroupNamePrefix of PREFIXES)
      for await (const page of paginateDescribeLogGroups({ client: logs }, { logGroupNamePrefix }))
        groups.push(...(page.logGroups ?? []).flatMap(({ logGroupName = [] }) => logGroupName))
    return { account, region, groups }
  } catch (cause) {
    return { account, region, groups: [], unknown: messageOf(cause) }
  }
}

/** The result as lines of text; none if nothing is left and every account has answered. */
export const leftLogsText = (left: readonly LeftLogs[]): readonly string[] =>
  left.flatMap(({ account, region = 'REGION', groups, unknown }) => [
    ...(groups.length > 0
      ? [
          `Log groups that remain in account ${account}, some of stacks that went earlier. They end with their retention, or by hand:`,
          ...groups.map((name) => `  aws logs delete-log-group --region ${region} --log-group-name ${name}`),
        ]
      : []),
    ...(unknown === undefined
      ? []
      : [
          `Whether log groups remain in account ${account} is not known: ${unknown}`,
          `  aws logs describe-log-groups --region ${region} --log-group-name-prefix ${PREFIXES[0]}`,
        ]),
  ])
