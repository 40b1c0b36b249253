/** Amazon CloudWatch Logs: the declared log groups, what functions print into them, and who they are passed on to. */
import { UnsupportedError } from '../../errors.ts'
import type { CredentialStore } from '../../iam/credential-store.ts'
import type { Effect } from '../../ledger/ledger.ts'
import { answer, authenticate } from '../../wire/protocol/protocol.ts'
import type { Service, Surroundings } from '../../wire/service.ts'
import { createFunctionLines, type Printed } from './function-lines.ts'
import { type Listener, LogGroups } from './log-groups.ts'
import { LOGS, type LogsOperation } from './operation.ts'
import * as operations from './operations.ts'

export interface LogsOptions {
  /** Where events are kept; without it they are forgotten with the process. */
  readonly directory?: string
  /** Events of each group that are kept in memory. @default 10,000 */
  readonly kept?: number
}

export interface Logs extends Service {
  /** To be registered with the ledger: what is in a log group goes with it. */
  readonly effect: Effect
  /** A line that a function printed. */
  readonly printed: (line: Printed) => void
  /** Told of the events of every group, after they are in it. */
  onAppend(listener: Listener): void
  /** Settles when what was printed is in its group. */
  settled(): Promise<void>
  close(): Promise<void>
}

const OPERATIONS: Readonly<Record<string, LogsOperation>> = operations

export function createLogs(surroundings: Surroundings, credentials: CredentialStore, options: LogsOptions = {}): Logs {
  const groups = new LogGroups({ ...options, ledger: surroundings.ledger, now: surroundings.now })
  const lines = createFunctionLines(surroundings, groups)
  return {
    name: 'logs',
    effect: (change) => groups.follow(change),
    printed: lines.printed,
    onAppend: (listener) => groups.onAppend(listener),
    settled: lines.settled,
    async close() {
      await lines.settled()
      await groups.close()
    },
    handle(request) {
      let operation = 'unknown'
      return answer(
        LOGS,
        () => operation,
        async (requestId, caller) => {
          operation = LOGS.operationOf(request)
          const run = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined
          if (!run) throw new UnsupportedError(`logs:${operation}`)
          const credential = authenticate(request, 'logs', { now: surroundings.now, credentials, format: LOGS })
          caller.session = credential.session
          const { session } = credential
          const output = await run({ surroundings, groups, request, session, input: LOGS.input(request) })
          return LOGS.respond(output, requestId)
        },
      )
    },
  }
}
