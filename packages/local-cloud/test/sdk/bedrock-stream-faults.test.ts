import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createBedrock } from '../../src/aws/bedrock/bedrock.ts'
import { standIn } from '../../src/aws/bedrock/stand-in/stand-in.ts'
import { createFaults, type FaultRule } from '../../src/faults/faults.ts'
import { HELLO, NOVA, organization, TITAN } from './bedrock-fixture.ts'
import { type Fixture, failure, LAPTOP, sessionOf, startFixture, TENANT } from './services-fixture.ts'

const faults = createFaults({ now: () => Date.now() / 1000 })
let stand: Fixture
let client: BedrockRuntimeClient
beforeAll(async () => {
  stand = await startFixture(
    ({ surroundings, credentials }) => [
      createBedrock(surroundings, credentials, { backend: standIn({ pauseMilliseconds: 0 }) }),
    ],
    { organization, faults: faults.wire },
  )
  client = new BedrockRuntimeClient(await stand.client(stand.credentials.issue(sessionOf(TENANT), 3600)))
})
afterAll(() => stand.close())
beforeEach(() => faults.switches.clear())

const add = (fault: FaultRule['fault'], where = {}) => faults.switches.add({ where, fault })

/** What comes before the end, and how it ends. */
async function seen(modelId = NOVA) {
  const { stream } = await client.send(new ConverseStreamCommand({ modelId, ...HELLO }))
  const kinds: string[] = []
  try {
    for await (const event of stream ?? []) kinds.push(Object.keys(event)[0] ?? '')
  } catch (error) {
    return { kinds, end: error instanceof Error ? error : new Error(String(error)) }
  }
  return { kinds, end: undefined }
}

const BEFORE = ['messageStart', 'contentBlockDelta', 'contentBlockDelta']

it.each([
  ['modelStreamErrorException', 'ModelStreamErrorException'],
  ['throttlingException', 'ThrottlingException'],
  ['internalServerException', 'InternalServerException'],
  ['serviceUnavailableException', 'ServiceUnavailableException'],
  ['validationException', 'ValidationException'],
] as const)('an exception %s is the last frame', async (code, name) => {
  const fault = add({ kind: 'streamError', code, afterEvents: 3 })
  const { kinds, end } = await seen()
  expect(kinds).toEqual(BEFORE)
  expect(end).toMatchObject({ name, message: expect.any(String) })
  expect(fault.hits).toBe(1)
})

it('an answer ends too early, in good order', async () => {
  add({ kind: 'streamEnd', afterEvents: 3 })
  expect(await seen()).toEqual({ kinds: BEFORE, end: undefined })
})

it('the connection breaks, after what was sent', async () => {
  add({ kind: 'streamCut', afterEvents: 3 })
  const { kinds, end } = await seen()
  expect(kinds).toEqual(BEFORE)
  expect(end).toBeInstanceOf(Error)
})

it('the first event comes late, or a later one', async () => {
  for (const afterEvents of [0, 2]) {
    faults.switches.clear()
    add({ kind: 'streamPause', milliseconds: 300, afterEvents })
    const begun = performance.now()
    const { stream } = await client.send(new ConverseStreamCommand({ modelId: NOVA, ...HELLO }))
    const times: number[] = []
    for await (const _ of stream ?? []) times.push(performance.now() - begun)
    // Not more than is certain: the pause is there, and nothing before it waits for it.
    expect(times[afterEvents]).toBeGreaterThan(250)
    if (afterEvents > 0) expect(times[0]).toBeLessThan(times[afterEvents] ?? 0)
  }
})

it('hits streams only, in both operations', async () => {
  const fault = add({ kind: 'streamError', code: 'modelTimeoutException', afterEvents: 1 })
  await client.send(new ConverseCommand({ modelId: NOVA, ...HELLO }))
  await failure(client.send(new ConverseStreamCommand({ modelId: NOVA, messages: [] })))
  expect(fault.hits).toBe(0)
  const command = new InvokeModelWithResponseStreamCommand({ modelId: TITAN, body: '{"inputText":"a"}' })
  const { body } = await client.send(command)
  const error = await failure(
    (async () => {
      for await (const _ of body ?? []);
    })(),
  )
  expect(error.name).toBe('ModelTimeoutException')
  expect(fault.hits).toBe(1)
})

it('is cut for a caller inside the local cloud too', async () => {
  add({ kind: 'streamCut', afterEvents: 1 })
  const { signed } = await presigned()
  const answer = await stand.wire.call(LAPTOP, signed)
  expect(answer).toMatchObject({ reachable: false, reason: expect.stringContaining('half') })
})

it.each<[FaultRule, RegExp]>([
  [
    { where: { service: 'sts' }, fault: { kind: 'streamCut', afterEvents: 1 } },
    /for the service 'bedrock-runtime' only/,
  ],
  [{ where: { operation: 'Converse' }, fault: { kind: 'streamEnd', afterEvents: 1 } }, /Converse is not streamed/],
  [{ where: {}, fault: { kind: 'streamEnd', afterEvents: -1 } }, /afterEvents is -1/],
  [
    { where: {}, fault: { kind: 'streamError', code: 'x' as 'validationException', afterEvents: 1 } },
    /none of a stream's exceptions/,
  ],
])('%j cannot be', (rule, message) => {
  expect(() => faults.switches.add(rule)).toThrow(message)
})

/** A call as the SDK signs it, not sent. */
async function presigned() {
  const command = new ConverseStreamCommand({ modelId: NOVA, ...HELLO })
  let signed: Parameters<Fixture['wire']['call']>[1] | undefined
  command.middlewareStack.add(
    () =>
      async ({ request }) => {
        const { hostname: host, method, path: target, headers, body } = request as Sent
        signed = { host, method, target, headers, body: Buffer.from(body) }
        throw new Error('not sent')
      },
    { step: 'finalizeRequest', priority: 'low' },
  )
  await client.send(command).catch(() => undefined)
  if (!signed) throw new Error('The SDK signed nothing.')
  return { signed }
}

interface Sent {
  readonly hostname: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
