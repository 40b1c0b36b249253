/** The account's concurrency, and the part of it that no function has reserved. */
import { number } from '../../../resource/values.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { quotaOf } from '../../service-quotas/quotas.ts'
import { FUNCTION } from '../resources/function.ts'

export const getAccountSettings: ApiOperation<object> = async (call) => {
  const { ledger, organization, account, region } = call
  await call.permit('lambda:GetAccountSettings')
  const functions = ledger.all(FUNCTION).filter((one) => one.account === account && one.region === region)
  const reserved = functions.reduce(
    (sum, { outputs }) => sum + Math.max(number(outputs, 'reservedConcurrentExecutions') ?? -1, 0),
    0,
  )
  const limit = quotaOf(organization, account, 'L-B99A9384')
  return {
    AccountLimit: { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: limit - reserved },
    AccountUsage: { FunctionCount: functions.length },
  }
}
