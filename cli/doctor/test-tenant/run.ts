/** Deploys the test tenant, asks the questions, and destroys it, whatever happens in between. If it cannot destroy it, it says so. */
import type { HubAccess } from '../../hub/hub-access.ts'
import type { StateResource } from '../../pulumi/backend.ts'
import { messageOf } from '../../verb.ts'
import { type Answer, failed, notAsked, ok } from '../check.ts'
import { ofError } from '../denied.ts'
import type { Question, Step, Trial, When } from '../deployed/question.ts'
import { type DeployedRow, rowOf } from '../deployed/run.ts'
import type { TenantSubject, World } from '../subjects.ts'
import type { Person } from './person.ts'
import type { TestStack } from './stack.ts'
import { cleanUp, TEST_STACK } from './stack-file.ts'
import { changesOf } from './trials.ts'

export interface TrialOptions {
  readonly questions: readonly Question[]
  readonly world: World
  readonly tenant: TenantSubject
  readonly hub: Pick<HubAccess, 'cognito' | 'userPoolId'>
  readonly stack: TestStack
  /** @throws if no user can be created: because people sign in at an external provider, or because AWS denies it */
  readonly createPerson: () => Promise<Person>
  readonly takeCalls: () => readonly string[]
  /** Whether somebody has pressed Ctrl-C: no further questions are asked, and the tenant is destroyed. */
  readonly isInterrupted: () => boolean
  readonly show?: (row: DeployedRow) => void
}

/** @returns the rows in the order of the questions; the first and the last two rows are about the tenant itself */
export async function tryTenant(options: TrialOptions): Promise<readonly DeployedRow[]> {
  const { questions, world, tenant, hub, stack, isInterrupted } = options
  const rows: DeployedRow[] = []
  const tell = (row: DeployedRow) => {
    rows.push(row)
    options.show?.(row)
  }
  let trial: Trial = { world, tenant, hub, gateway: undefined, steps: {} }
  const askAll = async (when: When) => {
    for (const question of questions.filter((one) => whenOf(one) === when)) {
      if (when !== 'gone' && isInterrupted()) return
      tell(await askTried(question, trial, options.takeCalls))
    }
  }
  const step = async (name: When, work: () => Promise<void>) => {
    const ended = await timed(work)
    trial = { ...trial, steps: { ...trial.steps, [name]: ended } }
    return ended
  }

  let person: Person | undefined
  try {
    const up = await step('made', () => stack.up())
    tell(rowOfTenant('test-tenant-made', 'Is the test tenant deployed?', ofUp(up)))
    if (up.failure === undefined && !isInterrupted()) {
      try {
        person = await options.createPerson()
        trial = { ...trial, person, gateway: await person.gateway() }
      } catch (error) {
        trial = { ...trial, noUser: withoutUser(error) }
      }
      await askAll('made')
      if (!isInterrupted()) {
        await step('changed', () => stack.up(changesOf(trial)))
        await askAll('changed')
      }
    }
  } finally {
    const removed = await timed(async () => await person?.remove())
    const kept = (await stack.resources().catch(() => [])).filter(({ retained }) => retained)
    const destroy = await step('gone', () => stack.destroy())
    const left = destroy.failure === undefined ? [] : await stack.resources().catch(() => undefined)
    if (left?.length === 0) await stack.forget()
    await askAll('gone')
    for (const question of questions.filter((one) => !rows.some(({ id }) => id === one.id)))
      tell(rowOf(question, unasked(question, trial, isInterrupted()), []))
    tell(rowOfTenant('test-tenant-gone', 'Is it gone again?', ofDestroy(destroy, left, kept, removed)))
  }
  return rows
}

const whenOf = (question: Question): When | undefined =>
  question.trial?.when ?? ('ask' in question ? 'made' : undefined)

async function askTried(question: Question, trial: Trial, takeCalls: () => readonly string[]): Promise<DeployedRow> {
  takeCalls()
  const ask = question.trial?.ask ?? ('ask' in question ? question.ask : undefined)
  const answer = ask ? await ask(trial).catch((error: unknown) => ofError(error)) : unasked(question, trial, false)
  return rowOf(question, answer, takeCalls())
}

function unasked(question: Question, { steps: { made } }: Trial, interrupted: boolean): Answer {
  if ('notAsked' in question && !question.trial) return notAsked(question.notAsked, question.otherwise)
  if (made?.failure !== undefined)
    return notAsked(`The test tenant is not deployed: ${made.failure}`, 'See the first row.')
  return notAsked(interrupted ? 'It was interrupted before this.' : 'The test tenant came to no answer.', 'Ask again.')
}

const withoutUser = (error: unknown): Answer => {
  const answer = ofError(error)
  return notAsked(`No user of the test tenant could be made. ${answer.said}`, answer.remedy ?? '')
}

async function timed(work: () => Promise<unknown>): Promise<Step> {
  const started = performance.now()
  const step = (failure?: string): Step => ({
    seconds: (performance.now() - started) / 1000,
    ...(failure !== undefined && { failure }),
  })
  return await work().then(
    () => step(),
    (error: unknown) => step(messageOf(error).replaceAll(/\s+/g, ' ').trim()),
  )
}

/** A row about the tenant itself, which belongs to no open question of a page. */
const rowOfTenant = (id: string, question: string, answer: Answer): DeployedRow =>
  rowOf(
    {
      id,
      question,
      from: [],
      how: 'pulumi up and destroy by the Automation API, with the deployers that the flags name',
      expected: 'it is',
      otherwise: 'docs/operations.md.',
    },
    answer,
    [],
  )

const ofUp = ({ seconds, failure }: Step): Answer =>
  failure === undefined
    ? ok(`pulumi up of ${TEST_STACK} ended after ${Math.round(seconds)} s`)
    : failed(failure, 'Read the error; the tenant is destroyed now.')

/** @param left what the stack's state still has; undefined if it cannot be read */
function ofDestroy(
  { seconds, failure }: Step,
  left: readonly StateResource[] | undefined,
  kept: readonly StateResource[],
  removed: Step,
): Answer {
  const names = (resources: readonly StateResource[]) =>
    resources.map(({ name, type }) => `${name} (${type})`).join(', ')
  const user = removed.failure === undefined ? '' : ` Its user is not deleted: ${removed.failure}`
  const stays =
    kept.length === 0 ? '' : ` Kept in the account when a stack goes, to be deleted by hand: ${names(kept)}.`
  if (left?.length === 0)
    return user === ''
      ? ok(`pulumi destroy of ${TEST_STACK} ended after ${Math.round(seconds)} s; its state is empty.${stays}`)
      : failed(`${user.trim()}${stays}`, 'Delete that user: aws cognito-idp admin-delete-user.')
  const resources =
    left === undefined ? 'what the state holds cannot be read' : `${left.length} resources: ${names(left)}`
  return failed(`${failure ?? ''} Left: ${resources}.${stays}${user}`, `Clean up: ${cleanUp()}.`)
}
