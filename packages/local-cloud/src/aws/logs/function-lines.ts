/** What functions and containers print goes to their log groups, as Lambda and ECS write it: with the role that is there for it, if that may. */
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
  /** Of the function's execution role. */
  readonly session: Session
  readonly stream: string
  /** The service always writes to that stream, and a policy may name it. @default false: any of the group's */
  readonly fixedStream?: boolean
  readonly line: string
  /** How it comes to the service, where it is not Lambda's own: undefined while there is no way. */
  readonly way?: () => Pick<ApiCall, 'context' | 'endpointPolicy'> | undefined
}

const NEVER = Promise.resolve(false)

export interface FunctionLines {
  readonly printed: (line: Printed) => void
  settled(): Promise<void>
}

export function createFunctionLines({ ledger, authorize, now }: Surroundings, groups: LogGroups): FunctionLines {
  /** Decided anew after every change of what is declared. */
  const decided = new Map<string, { readonly version: number; readonly allowed: Promise<boolean> }>()
  /** One after the other, so that lines stay in their order. */
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
      // A full disk must not take the local cloud down: what cannot be kept is in memory all the same.
      last = last.then(() => write(line, timestamp)).catch(() => {})
    },
    settled: () => last,
  }
}
