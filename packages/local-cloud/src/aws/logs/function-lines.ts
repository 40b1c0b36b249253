/**
 * Writes the lines of functions and containers into their log groups, as Lambda and ECS do: with the function's or task's role, if the role may
 * do that.
 */
import type { ApiCall, Session } from '../../iam/authorize.ts'
import type { Surroundings } from '../../wire/service.ts'
import type { LogGroups } from './log-groups.ts'

export interface Printed {
  readonly function: {
    readonly arn: string
    readonly account: string
    readonly region: string
    readonly logGroup: string
  }
  /** A session of the function's execution role. */
  readonly session: Session
  readonly stream: string
  /**
   * Whether the service always writes to that stream, so that a policy may name it.
   * @default false: any stream of the group
   */
  readonly fixedStream?: boolean
  readonly line: string
  /** The network path to the service, if it is not Lambda's own; undefined while there is none. */
  readonly way?: () => Pick<ApiCall, 'context' | 'endpointPolicy'> | undefined
}

const NEVER = Promise.resolve(false)

export interface FunctionLines {
  readonly printed: (line: Printed) => void
  settled(): Promise<void>
}

export function createFunctionLines({ ledger, authorize, now }: Surroundings, groups: LogGroups): FunctionLines {
  /** Cached permissions; evaluated again after every change of the declarations. */
  const decided = new Map<string, { readonly version: number; readonly allowed: Promise<boolean> }>()
  /** Writes come one after the other, so that lines keep their order. */
  let last = Promise.resolve()

  function mayWrite({ function: of, session, way, stream, fixedStream = false }: Printed): Promise<boolean> {
    const { arn, account, region, logGroup } = of
    const known = decided.get(arn)
    if (known?.version === ledger.version) return known.allowed
    const streams = fixedStream ? stream : '*'
    const resource = `arn:aws:logs:${region}:${account}:log-group:${logGroup}:log-stream:${streams}`
    const through = way ? way() : { context: {} }
    const call = { action: 'logs:PutLogEvents', resource, resourceAccount: account, region, session, ...through }
    const allowed = through ? authorize({ context: {}, ...call }).then((decision) => decision.allowed) : NEVER
    decided.set(arn, { version: ledger.version, allowed })
    return allowed
  }

  async function write(printed: Printed, timestamp: number): Promise<void> {
    const { account, region, logGroup } = printed.function
    const group = { account, region, name: logGroup }
    if (printed.line === '' || !groups.find(group) || !(await mayWrite(printed))) return
    await groups.addStream(group, printed.stream)
    await groups.append(group, printed.stream, [{ timestamp, message: printed.line }])
  }

  return {
    printed(line) {
      const timestamp = Math.round(now() * 1000)
      // If the disk is full, the local cloud goes on; the lines are in memory.
      last = last.then(() => write(line, timestamp)).catch(() => {})
    },
    settled: () => last,
  }
}
