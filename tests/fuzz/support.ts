/** What the fuzz tests share: how an event goes through the function, how many runs, and the corpus. */
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { targetOf, toRequest, toResult, type WholeAnswer } from '../../functions/gateway/adapters/event.ts'
import type { ConnectionFailure } from '../../functions/gateway/aws/connection.ts'
import { GatewayError } from '../../functions/gateway/errors.ts'
import type { Answer } from '../../functions/gateway/model/errors.ts'
import type { createTestAppFor } from '../../functions/gateway/testing/app.ts'
import { context } from '../../functions/gateway/testing/support.ts'

export const NOW = Date.UTC(2026, 10, 1)

/** `FUZZ=20` runs every property twenty times as often. */
const FACTOR = factorOf(process.env.FUZZ)

/** Of a property: as long as its runs need. */
export const PATIENT = { timeout: 600_000 * Math.ceil(FACTOR) }

function factorOf(text = '1'): number {
  const factor = Number(text)
  if (factor >= 0.1 && factor <= 100_000) return factor
  throw new Error(`FUZZ is "${text}". It is by how much the number of runs is multiplied: 0.1 to 100000.`)
}

/**
 * How often, and how a failure is told: after fast-check's own report (seed, path, shrunken example) as an entry of the corpus.
 * @param past the entry that a property's arguments make; without it, there is nothing that the corpus could replay
 */
export function runs<Values>(number: number, past?: (values: Values) => Omit<Past, 'name' | 'expected'>) {
  const numRuns = Math.ceil(number * FACTOR)
  if (!past) return { numRuns }
  return {
    numRuns,
    async asyncReporter(details: fc.RunDetails<Values>): Promise<void> {
      if (!details.failed) return
      const { counterexample } = details
      const entry = counterexample !== null ? corpusEntry(past(counterexample)) : undefined
      const told =
        entry === undefined ? '' : `\n\nFor tests/fuzz/corpus/, with a name and what must be answered:\n${entry}`
      throw new Error(`${fc.defaultReportMessage(details)}${told}`, { cause: details.errorInstance })
    },
  }
}

/** An event is what JSON can say; what it cannot is left out. */
export function corpusEntry(past: Omit<Past, 'name' | 'expected'>): string {
  return plain({ name: '', ...past, expected: { status: 400, code: '' } }, 2)
}

/** JSON of anything; what JSON cannot say is left out. */
export function plain(value: unknown, indent?: number): string {
  try {
    const known = (_: string, item: unknown) => (typeof item === 'bigint' ? Number(item) : item)
    return JSON.stringify(value, known, indent) ?? 'null'
  } catch {
    return '{}'
  }
}

/** As the function's handler does it. */
export async function send(
  { app, log }: Pick<ReturnType<typeof createTestAppFor<WholeAnswer>>, 'app' | 'log'>,
  event: unknown,
) {
  const request = toRequest(event)
  const incoming = request instanceof GatewayError ? { error: request, ...targetOf(event) } : request
  return { result: toResult(await app(incoming, context()), event), log }
}

/** A part of a token that says this. */
export function encoded(value: unknown): string {
  try {
    return Buffer.from(JSON.stringify(value) ?? '').toString('base64url')
  } catch {
    return 'bm8'
  }
}

/** An input that once went wrong, or that is known to go wrong elsewhere, and what it must be answered with. */
export interface Past {
  readonly name: string
  readonly event: unknown
  /** The body is a list in a list, so many times. */
  readonly nested?: number
  /** Sent with a good token of tenant1. */
  readonly authenticated?: boolean
  /** Changes of that token's claims; it is signed by the pool all the same. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly reply?: {
    readonly service: 'dynamodb' | 'sts' | 'bedrock-runtime'
    readonly answer: Answer | ConnectionFailure
  }
  /** Must be neither in the answer nor in the log. */
  readonly withheld?: string
  readonly expected: { readonly status: number; readonly code?: string }
}

export function corpus(): readonly Past[] {
  const directory = new URL('./corpus/', import.meta.url)
  return readdirSync(directory)
    .sort()
    .flatMap((file) => JSON.parse(readFileSync(new URL(file, directory), 'utf8')) as Past[])
    .map((past) => (past.nested === undefined ? past : { ...past, event: nestedEvent(past.event, past.nested) }))
}

const nestedEvent = (event: unknown, depth: number): unknown =>
  typeof event === 'object' ? { ...event, body: `{"messages":${'['.repeat(depth)}${']'.repeat(depth)}}` } : event
