/** What a service answers, and what went wrong in the past. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConnectionFailure } from '../../functions/gateway/aws/connection.ts'
import type { Answer } from '../../functions/gateway/model/errors.ts'
import { anything, bodies } from './arbitraries.ts'
import { createJudge, type Judge } from './judge.ts'
import { corpus, corpusEntry, PATIENT, plain, runs } from './support.ts'

let judge: Judge
beforeAll(async () => {
  judge = await createJudge()
})
afterAll(() => judge?.close())

describe('what a service answers', () => {
  const failure = fc.constantFrom<ConnectionFailure>('unreachable', 'timeout', 'broken', 'tooLarge')
  const answer: fc.Arbitrary<Answer> = fc.record({
    status: fc.oneof(fc.constantFrom(200, 204, 301, 400, 403, 429, 500, 503), fc.integer({ min: 0, max: 999 })),
    headers: fc.dictionary(
      fc.constantFrom('x-amzn-errortype', 'retry-after', 'content-type'),
      fc.oneof(
        fc.constantFrom(
          'ThrottlingException',
          'ValidationException',
          'ExpiredTokenException',
          '__proto__',
          'toString',
          '1',
          '-1',
          '1e9',
        ),
        fc.string(),
      ),
    ),
    body: fc.oneof(
      bodies,
      anything.map(plain),
      fc
        .record(
          {
            output: anything,
            usage: anything,
            stopReason: anything,
            message: anything,
            Items: anything,
            keys: anything,
          },
          { requiredKeys: [] },
        )
        .map(plain),
      fc.string().map((text) => `<Error><Code>${text}</Code></Error>`),
      fc
        .tuple(fc.string(), fc.string())
        .map(
          ([key, expiration]) =>
            `<AccessKeyId>${key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${expiration}</Expiration>`,
        ),
    ),
  })
  it.each(['dynamodb', 'sts', 'bedrock-runtime'] as const)('anything from %s', PATIENT, async (service) => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(answer, failure), async (reply) => {
        await judge.judged(judge.good(), [judge.token], ({ aws }) => {
          aws.replies[service] = reply
        })
      }),
      runs(200, ([reply]) => ({ event: judge.good(), authenticated: true, reply: { service, answer: reply } })),
    )
  })
})

describe('past failures', () => {
  it.each(corpus())('$name', async ({ event, authenticated, claims: changes, reply, withheld, expected }) => {
    const { token: sent } = await judge.sign(changes ?? {})
    const given =
      authenticated && typeof event === 'object' && event !== null
        ? {
            ...event,
            multiValueHeaders: {
              ...(event as { multiValueHeaders?: object }).multiValueHeaders,
              authorization: [`Bearer ${sent}`],
            },
          }
        : event
    const seen = await judge.judged(given, [sent, ...(withheld === undefined ? [] : [withheld])], ({ aws }) => {
      if (reply) aws.replies[reply.service] = reply.answer
    })
    expect(seen).toEqual(expected)
  })

  it('what fails is told in a form that the corpus takes', async () => {
    const failing = fc.assert(
      fc.asyncProperty(fc.integer({ min: 1 }), async (depth) => expect(depth).toBe(0)),
      runs(5, ([depth]) => ({ event: judge.good({ path: '/x', depth: BigInt(depth) }), authenticated: true })),
    )
    const { message } = await failing.then(
      () => new Error('It did not fail.'),
      (error: Error) => error,
    )
    expect(message).toMatch(/seed: -?\d+, path: "/)
    const entry = corpusEntry({ event: judge.good({ path: '/x', depth: 1n }), authenticated: true })
    expect(message).toContain(entry)
    expect(JSON.parse(entry)).toMatchObject({ name: '', event: { path: '/x', depth: 1 }, expected: {} })
  })
})
