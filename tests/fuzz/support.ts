/** What the fuzz tests share: how an event goes through the function, how many runs, and the corpus. */
import { readdirSync, readFileSync } from 'node:fs'
import { GatewayError } from '../../functions/gateway/errors.ts'
import { fromResponse, targetOf, toRequest } from '../../functions/gateway/event.ts'
import type { createTestApp } from '../../functions/gateway/test-app.ts'
import { context } from '../../functions/gateway/test-support.ts'
import type { Answer } from '../../functions/gateway/transport.ts'

export const NOW = Date.UTC(2026, 10, 1)

/** `FUZZ=20` runs every property twenty times as often. */
export const runs = (number: number) => ({ numRuns: number * Number(process.env.FUZZ ?? 1) })

/** As the function's handler does it. */
export async function send({ app, log }: ReturnType<typeof createTestApp>, event: unknown) {
  const request = toRequest(event)
  const incoming = request instanceof GatewayError ? { error: request, ...targetOf(event) } : request
  return { result: await fromResponse(await app(incoming, context()), event), log }
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
  readonly reply?: { readonly service: 'dynamodb' | 'sts' | 'bedrock-runtime'; readonly answer: Answer }
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
