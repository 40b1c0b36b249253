/** A process that is killed while the model answers: what the trail cannot have is found by what Bedrock counted. */
import type { ModelBackend } from '@genai/local-cloud/aws/bedrock/model-backend'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addsUp } from '../../cli/usage/reconcile-print.ts'
import { usageReport } from '../../cli/usage/report.ts'
import { trailOf } from '../audit/read.ts'
import { type Platform, startPlatform } from '../platform/platform.ts'
import { reconciled } from './adds-up.ts'

const KILL = 'and then the lights went out'

/** Kills the function in the middle of an answer to {@link KILL}; answers anything else. */
const deadly: ModelBackend = {
  async *generate({ messages, signal, streamed }) {
    yield { kind: 'start', block: { type: 'text' } }
    yield { kind: 'delta', text: 'Once upon a time there was a model.' }
    if (JSON.stringify(messages).includes(KILL)) {
      // What a killed process has printed is not lost.
      while (streamed && admitted() < 2) await new Promise((resolve) => setTimeout(resolve, 10))
      for (const pid of platform.cloud.lambda.pids(functionArn())) process.kill(pid, 'SIGKILL')
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    }
    yield { kind: 'stop' }
    yield { kind: 'end', stopReason: 'end_turn', usage: { inputTokens: 10, outputTokens: 9 } }
  },
}

/** First lines of streams in the function's log. */
const admitted = () =>
  platform.events
    .flatMap((event) => (event.source === 'logs' && event.kind === 'appended' ? event.lines : []))
    .filter((line) => line.includes('"phase":"admission"') && line.includes('"milliseconds"')).length

let platform: Platform
const functionArn = () => String(platform.resource('aws:lambda/function:Function', 'lane').outputs.arn)
beforeAll(async () => {
  platform = await startPlatform({ stacks: ['hub', 'spoke-tenant1'], models: deadly })
})
afterAll(() => platform?.close())

const chat = async (content: string, stream: boolean) =>
  await platform.call({
    method: 'POST',
    path: '/tenant1/v1/chat/completions',
    token: await platform.token('tenant1'),
    body: { model: 'nova-2-lite', stream, messages: [{ role: 'user', content }] },
  })

it('a stream has begun in the trail and has no end there: the report says so, and reconciling takes it as the reason', async () => {
  expect((await chat('Hello', true)).status).toBe(200)
  expect((await chat(KILL, true)).status).toBe(502)
  const records = await trailOf(platform)
  expect(usageReport(records, { by: [] }).total).toMatchObject({ requests: 2, unended: 1, outputTokens: 9 })
  await expect
    .poll(async () => (await reconciled(platform, records)).rows[0]?.difference.outputTokens)
    .toBeGreaterThan(0)
  const found = await reconciled(platform, records)
  expect(found.rows).toMatchObject([
    { requests: 2, unexplained: 0, reasons: [expect.stringContaining('no end in the trail')] },
  ])
  expect(addsUp(found)).toBe(true)
})

it('a whole answer leaves no record at all: reconciling finds its tokens in the next sum that has no other reason', async () => {
  const before = await trailOf(platform)
  expect((await chat(KILL, false)).status).toBe(502)
  const after = await trailOf(platform)
  expect(after.length).toBe(before.length)
  // The stream of the test above would be a reason for anything.
  const without = after.filter(({ phase }) => phase !== 'admission')
  const found = await reconciled(platform, without)
  expect(found.rows[0]?.unexplained).toBeGreaterThan(0)
  expect(found.rows[0]?.reasons).toEqual([expect.stringContaining('no record has')])
  expect(addsUp(found)).toBe(false)
})
