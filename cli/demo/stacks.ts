/** Deploys stacks into a running `npm start`, and destroys them, like `pulumi up` and `pulumi destroy`. */

import { askRunning } from '../control/ask.ts'
import { readRunning } from '../local/running.ts'
import type { Announcement } from '../local/running-note.ts'
import { readStack, stackNames } from '../pulumi/stack-files.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { UserError } from '../verb.ts'
import { clientStacks } from './added-settings.ts'
import { reportValidation } from './report.ts'
import type { Session } from './session.ts'
import type { Validation } from './validate.ts'

const UP = 'up'
const DESTROY = 'destroy'

/** For a hub: only that it was deployed. */
export interface Deployed {
  readonly tenantId?: string
  readonly validation?: Validation
}

/** @throws UserError in `npm run local`, where Pulumi's own commands deploy, and for whatever the deployment refuses */
export async function upInRunning(stack: string): Promise<Deployed> {
  await requireStart(`pulumi up -s ${stack}`)
  return (await askRunning(UP, { stack })) as Deployed
}

/** @throws UserError as `upInRunning` does */
export async function destroyInRunning(stack: string): Promise<void> {
  await requireStart(`pulumi destroy -s ${stack}`)
  await askRunning(DESTROY, { stack })
}

async function requireStart(command: string): Promise<void> {
  if ((await readRunning()).verb !== 'start')
    throw new UserError('The Pulumi CLI deploys into the local cloud of npm run local.', `There: ${command}`)
}

/** Runs one deployment at a time, so that the second one sees what the first has made. */
export function takeStacks({ on, update }: Announcement, session: Session, terminal: Terminal): void {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (work: (stack: string) => Promise<unknown>) => (request: unknown) => {
    const stack = stackIn(request)
    const turn = last.then(() => work(stack))
    last = turn.catch(() => undefined)
    return turn
  }
  on(
    UP,
    inTurn(async (stack): Promise<Deployed> => {
      if (!stackNames().includes(stack))
        throw new UserError(
          `There is no Pulumi.${stack}.yaml.`,
          `There are ${stackNames().join(', ')}. A new tenant's file: npm run tenant -- add`,
        )
      readStack(stack)
      if (stack === session.hubStack) {
        await session.deployHub()
        return {}
      }
      if (clientStacks().includes(stack)) {
        await session.deployClient(stack)
        return {}
      }
      const tenant = await session.deploy(stack)
      await session.createUsers([tenant])
      update()
      const [validation] = await session.validate([tenant])
      if (validation) reportValidation(terminal, validation, { verbose: false })
      return { tenantId: tenant.tenantId, ...(validation && { validation }) }
    }),
  )
  on(
    DESTROY,
    inTurn(async (stack) => {
      await session.destroy(stack)
      update()
    }),
  )
}

function stackIn(request: unknown): string {
  if (typeof request === 'object' && request !== null && 'stack' in request && typeof request.stack === 'string')
    return request.stack
  throw new UserError('This names no stack.')
}
