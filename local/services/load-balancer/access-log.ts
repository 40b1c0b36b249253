/** Access log lines in AWS's format, for each load balancer that declares them: the last in memory, all in a file of the bucket's name. */
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import type { Answer } from './answer.ts'
import type { ClientRequest } from './client-request.ts'
import { MAX_LOG_LINES } from './constants.ts'
import type { Binding, Rule } from './declared.ts'

export interface Exchange {
  readonly listener: Binding
  /** Absent where no rule was looked for. */
  readonly rule?: Rule
  /** Absent where the request could not be read. */
  readonly request?: ClientRequest
  readonly client: { readonly address: string; readonly port: number }
  readonly answer: Answer
  readonly requestLine: string
  readonly traceId: string
  readonly tls?: { readonly cipher: string; readonly protocol: string; readonly serverName: string }
  readonly receivedBytes: number
  readonly sentBytes: number
  /** Seconds since 1970. */
  readonly begun: number
  readonly requestSeconds: number
  /** Time of the target; absent where none was asked. */
  readonly targetSeconds?: number
  readonly actions: readonly string[]
}

export class AccessLogs {
  readonly #lines = new Map<string, string[]>()
  readonly #files = new Map<string, WriteStream>()
  readonly #kept: number
  readonly #directory: string | undefined

  /** @param directory without one, there are no files */
  constructor(kept = MAX_LOG_LINES, directory?: string) {
    this.#kept = kept
    this.#directory = directory
  }

  add(exchange: Exchange): void {
    const { balancer } = exchange.listener
    if (!balancer.accessLogs) return
    const lines = this.#lines.get(balancer.arn) ?? []
    const text = line(exchange)
    lines.push(text)
    this.#file(balancer.accessLogs.bucket)?.write(`${text}\n`)
    if (lines.length > this.#kept) lines.splice(0, lines.length - this.#kept)
    this.#lines.set(balancer.arn, lines)
  }

  of(loadBalancerArn: string): readonly string[] {
    return [...(this.#lines.get(loadBalancerArn) ?? [])]
  }

  async close(): Promise<void> {
    const open = [...this.#files.values()]
    this.#files.clear()
    await Promise.all(open.map((file) => new Promise<void>((closed) => file.end(closed))))
  }

  #file(bucket: string): WriteStream | undefined {
    if (this.#directory === undefined) return undefined
    const open = this.#files.get(bucket)
    if (open) return open
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
    const file = createWriteStream(join(this.#directory, `${bucket}.log`), { flags: 'a', mode: 0o600 })
    // A full or vanished disk must not take the local cloud down; the lines stay in memory.
    file.on('error', () => {})
    this.#files.set(bucket, file)
    return file
  }
}

function line(exchange: Exchange): string {
  const { listener, rule, request, client, answer, tls, begun } = exchange
  const { balancer } = listener
  const userAgent = request?.headers.find(([name]) => name === 'user-agent')?.[1]
  const type = request?.httpVersion.startsWith('2') ? 'h2' : listener.tls ? 'https' : 'http'
  const priority = rule === undefined ? '-1' : rule.arn === 'default' ? '0' : String(rule.priority)
  const ended = begun + exchange.requestSeconds + (exchange.targetSeconds ?? 0)
  return [
    type,
    new Date(ended * 1000).toISOString(),
    balancer.arn.slice(balancer.arn.indexOf('loadbalancer/') + 'loadbalancer/'.length),
    `${client.address}:${client.port}`,
    '-', // A function has no address.
    exchange.requestSeconds.toFixed(3),
    (exchange.targetSeconds ?? -1).toFixed(3),
    '0.000',
    answer.status,
    answer.targetStatus ?? '-',
    exchange.receivedBytes,
    exchange.sentBytes,
    quoted(exchange.requestLine),
    quoted(userAgent ?? '-'),
    tls?.cipher ?? '-',
    tls?.protocol ?? '-',
    answer.targetGroupArn ?? '-',
    quoted(exchange.traceId),
    quoted(tls?.serverName ?? '-'),
    quoted(listener.tls?.certificateArn ?? '-'),
    priority,
    new Date(begun * 1000).toISOString(),
    quoted(exchange.actions.join(',') || '-'),
    quoted(answer.redirectUrl ?? '-'),
    quoted(answer.errorReason ?? '-'),
    quoted('-'),
    quoted('-'),
    quoted('-'),
    quoted('-'),
  ].join(' ')
}

const quoted = (value: string) => `"${value.replace(/["\\]|[^\x20-\x7e]/g, escaped)}"`

const escaped = (character: string) =>
  character === '"' || character === '\\'
    ? `\\${character}`
    : [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('')
