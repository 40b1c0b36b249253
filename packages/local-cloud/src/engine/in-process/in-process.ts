/**
 * The in-process engine: a stack's program runs in this process and declares its resources to the local cloud, without the Pulumi CLI. A
 * run produces the stack's whole desired state. If the program succeeds, the ledger takes it over in one step; if anything fails, nothing
 * has changed.
 */

import * as pulumi from '@pulumi/pulumi'
import { disconnect, setMockOptions } from '@pulumi/pulumi/runtime/settings.js'
import { runInPulumiStack } from '@pulumi/pulumi/runtime/stack.js'
import type { Authorize } from '../../iam/authorize.ts'
import type { Ledger, LedgerView, Properties, Waits } from '../../ledger/ledger.ts'
import type { Organization } from '../../organization.ts'
import { plainProperties } from '../wire-values.ts'
import { isolated, withRejectionsOf } from './isolation.ts'
import { keepCallbacksOf, leanRuntime } from './lean-runtime.ts'
import { type Message, sendMessagesTo, tellTrouble } from './messages.ts'
import { Monitor } from './monitor.ts'
import { type Makers, Run, type RunOptions, urnPrefix } from './run.ts'

export interface Cloud {
  readonly ledger: Ledger
  readonly organization: Organization
  /** Makes the evaluator for a run's draft. Absent: assuming a role takes no permission. */
  readonly createAuthorize?: (ledger: LedgerView, organization: Organization) => Authorize
  /**
   * If present, every call of the control plane is evaluated for the principal of its provider.
   * @default not evaluated
   */
  readonly evaluated?: RunOptions['evaluated']
  /**
   * Waits as the AWS provider does after a change.
   * @default no wait
   */
  readonly waits?: Waits
}

export interface Stack {
  readonly project: string
  readonly stack: string
  /** By the full key (`aws:region`, `genai-hub-spoke:tenantId`), in the form of `pulumi config`: lists and maps as JSON. */
  readonly config: Readonly<Record<string, string>>
  /** The keys of `config` whose values are secret. */
  readonly secretKeys?: readonly string[]
  /** @default 'organization', as on the file backend */
  readonly organizationName?: string
  /**
   * Called with messages of `pulumi.log`.
   * @default warnings and errors are printed on standard error
   */
  readonly onMessage?: (message: Message) => void
}

/** The name of a stack in a `StackReference`. */
const fullName = ({ organizationName = 'organization', project, stack }: Omit<Stack, 'config'>) =>
  `${organizationName}/${project}/${stack}`

/** Runs wait for one another, so that each sees the ledger as the previous one left it. */
const queues = new WeakMap<Ledger, Promise<unknown>>()

function inTurn<T>(ledger: Ledger, work: () => Promise<T>): Promise<T> {
  const turn = (queues.get(ledger) ?? Promise.resolve()).then(work, work)
  queues.set(
    ledger,
    turn.catch(() => undefined),
  )
  return turn
}

/**
 * Deploys a stack.
 * @returns its outputs, with secrets unwrapped
 * @throws Error `creating NAME (TYPE): CODE: message` for the first refusal, or the program's own error
 */
export function deploy(
  cloud: Cloud,
  stack: Stack,
  program: () => Promise<Record<string, unknown>>,
): Promise<Properties> {
  return inTurn(cloud.ledger, async () => {
    const run = runOf(cloud, stack)
    const outputs = await runProgram(cloud, stack, run, program)
    await run.commit(cloud.waits)
    cloud.ledger.setStackOutputs(fullName(stack), outputs)
    return outputs
  })
}

/**
 * Destroys a stack.
 * @throws AwsError if a resource is protected, or if another stack depends on one; then nothing has changed
 */
export function destroy(cloud: Cloud, stack: Omit<Stack, 'config'>): Promise<void> {
  return inTurn(cloud.ledger, async () => {
    await runOf(cloud, stack).commit(cloud.waits)
    cloud.ledger.setStackOutputs(fullName(stack), undefined)
  })
}

/** For each ledger: which session made each resource. */
const makersOf = new WeakMap<Ledger, Makers>()

function runOf({ ledger, organization, createAuthorize, evaluated }: Cloud, { stack, project }: Omit<Stack, 'config'>) {
  const makers = makersOf.get(ledger) ?? new Map()
  makersOf.set(ledger, makers)
  return new Run(ledger, organization, urnPrefix(stack, project), {
    makers,
    ...(createAuthorize && { createAuthorize }),
    ...(evaluated && { evaluated }),
  })
}

async function runProgram(
  { ledger, organization }: Cloud,
  { project, stack, config, secretKeys = [], organizationName = 'organization', onMessage = tellTrouble }: Stack,
  run: Run,
  program: () => Promise<Record<string, unknown>>,
): Promise<Properties> {
  return await isolated(() =>
    withRejectionsOf(async (fail) => {
      const stackName = fullName({ organizationName, project, stack })
      const monitor = new Monitor({
        run,
        ledger,
        organization,
        urnPrefix: urnPrefix(stack, project),
        stackName,
        config,
        fail,
      })
      leanRuntime()
      setMockOptions(monitor, project, stack, false, organizationName)
      keepCallbacksOf(monitor)
      sendMessagesTo(onMessage)
      pulumi.runtime.setAllConfig({ ...config }, [...secretKeys])
      await runInPulumiStack(program)
      // Registrations continue after the program has returned, and may cause others.
      await disconnect()
      return plainProperties(monitor.stackOutputs)
    }),
  )
}
