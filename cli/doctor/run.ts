/** Runs every check for each of its subjects, in the order of the table. */
import type { Answer, Check, Row } from './check.ts'
import { reader } from './checks/read-only-role.ts'
import { ofError } from './denied.ts'
import { type HubSubject, type Machine, NoAccess, type Subject, type TenantSubject, type World } from './subjects.ts'

export interface Examined {
  readonly world: World
  readonly machine: Machine
  /** The subjects of the checks. */
  readonly subjects: readonly Subject[]
  /** Returns the calls made since the last time, in order. */
  readonly takeCalls: () => readonly string[]
}

type Asked = { readonly subject: Machine | Subject; readonly check: Check }

export function planned(checks: readonly Check[], { machine, subjects, world }: Examined): readonly Asked[] {
  return [machine, ...subjects].flatMap((subject) =>
    checks
      .filter((check) => isOf(check, subject) && applies(check, subject, world))
      .map((check) => ({ subject, check })),
  )
}

const isOf = ({ of }: Check, { kind }: Machine | Subject) => of === kind || (of === 'account' && kind !== 'machine')

const applies = (check: Check, subject: Machine | Subject, world: World) =>
  (check.applies as ((subject: unknown, world: World) => boolean) | undefined)?.(subject, world) ?? true

/** Runs checks one after another, so that each row lists its own calls, and because AWS's control planes throttle. */
export async function ask({ subject, check }: Asked, { world, takeCalls }: Examined): Promise<readonly Row[]> {
  takeCalls()
  const answers = await answersOf(check, subject, world).catch((error: unknown) => [told(error, check)])
  const calls = takeCalls()
  return answers.map((answer) => ({
    id: check.id,
    subject: subject.subject,
    ...('account' in subject && { account: subject.account }),
    question: check.question,
    ...answer,
    calls: [...new Set(calls)],
  }))
}

/** The reason why there are no credentials is shown in one row only. */
function told(error: unknown, { id }: Check): Answer {
  const answer = ofError(error)
  if (!(error instanceof NoAccess) || id === reader.id) return answer
  return { ...answer, said: 'There are no credentials to ask with.', remedy: `See “${reader.question}”.` }
}

async function answersOf(check: Check, subject: Machine | Subject, world: World) {
  const run = check.ask as (subject: Machine | HubSubject | TenantSubject, world: World) => ReturnType<Check['ask']>
  return [await run(subject, world)].flat()
}
