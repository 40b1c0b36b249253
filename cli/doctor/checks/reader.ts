import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { type Check, failed, ok } from '../check.ts'

/** Everything below is asked with it. */
export const reader: Check = {
  id: 'reader',
  of: 'account',
  question: 'Is there a read-only role to ask with?',
  async ask(subject) {
    const clients = await subject.clients()
    const { Arn: arn = '', Account: account } = await clients.sts.send(new GetCallerIdentityCommand({}))
    if (account === subject.account) return ok(arn)
    return failed(`${arn} is in account ${account}, not in ${subject.account}.`, 'Name the role with --role.')
  },
}
