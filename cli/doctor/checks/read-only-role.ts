import { type Check, failed, ok, unclear } from '../check.ts'
import { deployersOf, identityOf, roleAmong } from '../deployers.ts'

const MAKE_IT =
  'Make a role that only reads: npm run genai -- doctor --policy prints its policy (docs/first-deployment.md).'

/** All following checks are made with this role. */
export const reader: Check = {
  id: 'reader',
  of: 'account',
  question: 'Is there a read-only role to ask with?',
  async ask(subject, world) {
    const identity = await identityOf(subject)
    const { account, arn } = identity
    if (account !== subject.account)
      return failed(`${arn} is in account ${account}, not in ${subject.account}.`, 'Name the role with --role.')
    const deployer = roleAmong(identity, deployersOf(world))
    if (deployer === undefined) return ok(arn)
    const said = `${arn} is a deployer's (${deployer}): a mistake of this command's could change something with it.`
    return world.asDeployer ? unclear(said, MAKE_IT) : failed(said, `Name another with --role. ${MAKE_IT}`)
  },
}
