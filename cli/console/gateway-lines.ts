/** Reads the line that a gateway prints for each request from its log group. */
import { isMap } from '../../shared/is-map.ts'
import { functionName } from '../../shared/naming.ts'

export interface GatewayLine {
  readonly requestId: string
  readonly tenant: string
  /** Milliseconds since 1970 when the gateway received the request. */
  readonly at: number
  readonly status?: number
  readonly decision?: string
  readonly check?: string
  readonly outcome?: string
  readonly cause?: string
  readonly operation?: string
  readonly user?: string
  readonly machine?: string
  readonly model?: string
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly nanoDollars?: number
  readonly firstMilliseconds?: number
}

const PREFIX = `/aws/lambda/${functionName('')}`
/** Lines of functions whose answer is still to come. */
const KEPT = 300

export class GatewayLines {
  readonly #waiting = new Map<string, GatewayLine>()

  read(logGroup: string, lines: readonly string[]): readonly GatewayLine[] {
    if (!logGroup.startsWith(PREFIX)) return []
    return lines.flatMap((line) => lineOf(line) ?? [])
  }

  keep(line: GatewayLine): void {
    this.#waiting.set(line.requestId, line)
    const [oldest] = this.#waiting.keys()
    if (this.#waiting.size > KEPT && oldest !== undefined) this.#waiting.delete(oldest)
  }

  take(requestId: string | undefined): GatewayLine | undefined {
    if (requestId === undefined) return undefined
    const line = this.#waiting.get(requestId)
    this.#waiting.delete(requestId)
    return line
  }
}

const TEXTS = ['decision', 'check', 'outcome', 'cause', 'operation', 'user', 'machine', 'model'] as const

/** @returns undefined for any other line */
function lineOf(text: string): GatewayLine | undefined {
  if (!text.startsWith('{') || !text.includes('"requestId"')) return undefined
  let line: unknown
  try {
    line = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isMap(line)) return undefined
  const { requestId, tenant, time, status, usage, nanoDollars, milliseconds } = line
  const at = Date.parse(String(time))
  if (typeof requestId !== 'string' || typeof tenant !== 'string' || Number.isNaN(at)) return undefined
  const texts = TEXTS.flatMap((name) => (typeof line[name] === 'string' ? [[name, line[name]]] : []))
  const figures = {
    status,
    nanoDollars,
    inputTokens: isMap(usage) ? usage.inputTokens : undefined,
    outputTokens: isMap(usage) ? usage.outputTokens : undefined,
    firstMilliseconds: isMap(milliseconds) ? milliseconds.first : undefined,
  }
  const numbers = Object.entries(figures).filter(([, value]) => typeof value === 'number')
  return { requestId, tenant, at, ...Object.fromEntries([...texts, ...numbers]) }
}
