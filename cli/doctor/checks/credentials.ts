import { type Answer, type Check, failed, ok } from '../check.ts'
import { wordsOf } from '../denied.ts'
import { NoAccess, type Subject } from '../subjects.ts'

export const credentials: Check = {
  id: 'credentials',
  of: 'account',
  question: "Do the stack file's credentials lead to its account?",
  ask: (subject) => leadsTo(subject, 'account', subject.account),
}

/** @param which whose credentials are checked: the stack's own, or those with which the onboarding role is assumed */
export async function leadsTo(subject: Subject, which: 'account' | 'hub', account: string): Promise<Answer> {
  const names = which === 'hub' ? 'hubRoleArn and hubProfile' : 'roleArn and profile'
  const remedy = `Sign in again, or correct ${names} in Pulumi.${subject.stack}.yaml. What the role needs: docs/deployers.md.`
  try {
    const identity = await subject.deployer(which)
    if (identity.account === account) return ok(`${identity.arn} in account ${identity.account}`)
    return failed(`They are ${identity.arn} in account ${identity.account}, not in ${account}.`, remedy)
  } catch (error) {
    if (error instanceof NoAccess) throw error
    return failed(wordsOf(error), remedy)
  }
}
