/**
 * Access log lines in AWS's format, for each load balancer that declares logs: the last ones in memory, and all in a file named after the
 * bucket.
 */
import { appendFileSync, createWriteStream, existsSync, mkdirSync, type WriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AwsError } from '../../errors.ts'
import type { Effect } from '../../ledger/ledger.ts'
import { known, object } from '../../resource/values.ts'
import { BUCKET } from '../s3/s3-log-delivery.ts'
import type { Answer } from './answer.ts'
import type { ClientRequest } from './client-request.ts'
import { MAX_LOG_LINES } from './constants.ts'
import type { Binding, Rule } from './declared/listener.ts'
import { LOAD_BALANCER } from './resources/load-balancer.ts'

export interface Exchange {
  readonly listener: Binding
  /** Absent if no rule was evaluated. */
  readonly rule?: Rule
  /** Absent if the request could not be read. */
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
  /** The time that the target took; absent if no target was asked. */
  readonly targetSeconds?: number
  /** From the head of the answer to its end, for an answer that is streamed. */
  readonly responseSeconds: number
  readonly actions: readonly string[]
}

export class AccessLogs {
  readonly #lines = new Map<string, string[]>()
  readonly #files = new Map<string, WriteStream>()
  readonly #written = new Set<string>()
  readonly #kept: number
  readonly #directory: string | undefined

  /** @param directory absent: no files are written */
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

  /**
   * ELB writes a test file into a bucket that it logs to, so such a bucket is never empty, and is not deleted unless it is emptied.
   * @throws AwsError as S3 refuses it
   */
  readonly effect: Effect = async ({ kind, resource: { type, outputs } }) => {
    const logs = type === LOAD_BALANCER && kind !== 'deleted' ? object(outputs, 'accessLogs') : undefined
    if (logs?.enabled === true) this.#begin(known(logs, 'bucket'))
    if (type !== BUCKET || kind !== 'deleted') return
    const bucket = known(outputs, 'bucket')
    if (!this.#holds(bucket)) return
    if (outputs.forceDestroy !== true)
      throw new AwsError('BucketNotEmpty', `The bucket you tried to delete is not empty: ${bucket}`, 409)
    await this.#empty(bucket)
  }

  #begin(bucket: string): void {
    this.#written.add(bucket)
    if (this.#directory === undefined) return
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
    appendFileSync(fileOf(this.#directory, bucket), '', { mode: 0o600 })
  }

  #holds(bucket: string): boolean {
    return this.#written.has(bucket) || (this.#directory !== undefined && existsSync(fileOf(this.#directory, bucket)))
  }

  async #empty(bucket: string): Promise<void> {
    this.#written.delete(bucket)
    const open = this.#files.get(bucket)
    this.#files.delete(bucket)
    if (open) await new Promise<void>((closed) => open.end(closed))
    if (this.#directory !== undefined) await rm(fileOf(this.#directory, bucket), { force: true })
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
    const file = createWriteStream(fileOf(this.#directory, bucket), { flags: 'a', mode: 0o600 })
    // If the disk is full or gone, the local cloud goes on; the lines stay in memory.
    file.on('error', () => {})
    this.#files.set(bucket, file)
    return file
  }
}

const fileOf = (directory: string, bucket: string) => join(directory, `${bucket}.log`)

function line(exchange: Exchange): string {
  const { listener, rule, request, client, answer, tls, begun } = exchange
  const { balancer } = listener
  const userAgent = request?.headers.find(([name]) => name === 'user-agent')?.[1]
  const type = request?.httpVersion.startsWith('2') ? 'h2' : listener.tls ? 'https' : 'http'
  const priority = rule === undefined ? '-1' : rule.arn === 'default' ? '0' : String(rule.priority)
  const ended = begun + exchange.requestSeconds + (exchange.targetSeconds ?? 0) + exchange.responseSeconds
  return [
    type,
    new Date(ended * 1000).toISOString(),
    balancer.arn.slice(balancer.arn.indexOf('loadbalancer/') + 'loadbalancer/'.length),
    `${client.address}:${client.port}`,
    // A function has no address.
    answer.target ?? '-',
    exchange.requestSeconds.toFixed(3),
    (exchange.targetSeconds ?? -1).toFixed(3),
    exchange.responseSeconds.toFixed(3),
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
    quoted(answer.target ?? '-'),
    quoted(answer.target === undefined ? '-' : String(answer.targetStatus ?? '-')),
    quoted('-'),
    quoted('-'),
  ].join(' ')
}

const quoted = (value: string) => `"${value.replace(/["\\]|[^\x20-\x7e]/g, escaped)}"`

const escaped = (character: string) =>
  character === '"' || character === '\\'
    ? `\\${character}`
    : [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('')
