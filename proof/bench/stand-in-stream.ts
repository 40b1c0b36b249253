/** A model that streams what its prompt asks for: `stream FRAMES MILLISECONDS END`. The parent is told how each stream was closed. */
import type { ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { eventFrame, exceptionFrame } from '../../functions/gateway/model/event-stream.ts'

/** `silent`: sends the status line and then nothing, not even an end. */
export const ENDS = ['whole', 'cut', 'early', 'exception', 'silent'] as const
export type End = (typeof ENDS)[number]

export interface Plan {
  readonly frames: number
  readonly milliseconds: number
  readonly end: End
}

export const promptOf = ({ frames, milliseconds, end }: Plan): string => `stream ${frames} ${milliseconds} ${end}`

/** Milliseconds of a clock that is the same for every process of the machine. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6

/** Reported to the parent: a stream that its reader closed before its end. */
export interface Closed {
  readonly closedAt: number
}

const TEXT = 'x'.repeat(24)
const START = eventFrame('messageStart', { role: 'assistant' })
const DELTA = eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: TEXT } })
const ENDING = Buffer.concat([
  eventFrame('contentBlockStop', { contentBlockIndex: 0 }),
  eventFrame('messageStop', { stopReason: 'end_turn' }),
  eventFrame('metadata', { usage: { inputTokens: 3, outputTokens: 5, totalTokens: 8 }, metrics: { latencyMs: 1 } }),
])

export async function answerStream(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
  let text = ''
  for await (const chunk of request) text += chunk
  const [, frames, milliseconds, end] = /stream (\d+) (\d+) (\w+)/.exec(text) ?? []
  await stream(response, { frames: Number(frames), milliseconds: Number(milliseconds), end: end as End })
}

async function stream(response: Http2ServerResponse, { frames, milliseconds, end }: Plan): Promise<void> {
  let closed = false
  response.once('close', () => {
    closed = true
    if (!response.writableEnded) process.send?.({ closedAt: now() } satisfies Closed)
  })
  response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
  if (end === 'silent') return (response as unknown as ServerResponse).flushHeaders()
  response.write(START)
  for (let frame = 0; frame < frames && !closed; frame++) {
    if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds))
    else await new Promise(setImmediate)
    if (!response.write(DELTA))
      await new Promise<void>((resolve) => {
        response.once('drain', resolve)
        response.once('close', resolve)
      })
  }
  if (closed) return
  if (end === 'cut') return void response.socket?.destroy()
  if (end === 'exception') response.write(exceptionFrame('throttlingException', 'Too many tokens'))
  if (end === 'whole') response.write(ENDING)
  response.end()
}
