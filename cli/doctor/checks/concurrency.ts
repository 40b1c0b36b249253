import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda'
import { reservedConcurrency } from '../../../shared/hub-limits.ts'
import { type Answer, type Check, failed, ok } from '../check.ts'

/** Lambda keeps this many concurrent executions for functions without reserved concurrency. */
const UNRESERVED = 100

/** A new account may have only 10 concurrent executions, whatever its quota says, so Lambda's own answer counts. */
export const concurrency: Check = {
  id: 'concurrency',
  of: 'hub',
  question: "Has Lambda the concurrency that the tenants' tiers reserve?",
  async ask(hub, { tenants }) {
    const { lambda } = await hub.clients()
    const { AccountLimit: limit } = await lambda.send(new GetAccountSettingsCommand({}))
    const there = limit?.ConcurrentExecutions ?? 0
    const wanted = reservedConcurrency(tenants.map(({ settings }) => settings))
    const said = `${wanted} to reserve, of ${there} concurrent executions, of which Lambda keeps ${UNRESERVED}`
    const raise = `aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value ${Math.max(1000, wanted + UNRESERVED)} --region ${hub.region}`
    const room: Answer =
      wanted + UNRESERVED <= there
        ? ok(said, 'reservations')
        : failed(said, `In account ${hub.account}: ${raise}. Or choose smaller tiers.`, 'reservations')
    const { concurrencyLimit } = hub.settings
    const setting: Answer =
      concurrencyLimit <= there
        ? ok(`concurrencyLimit is ${concurrencyLimit}, and there are ${there}`, 'concurrencyLimit')
        : failed(
            `concurrencyLimit is ${concurrencyLimit}, and there are ${there}: tenants would be let in that Lambda refuses.`,
            `Set concurrencyLimit in Pulumi.${hub.stack}.yaml to ${there}.`,
            'concurrencyLimit',
          )
    return [room, setting]
  },
}
