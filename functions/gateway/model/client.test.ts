import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, test } from 'vitest'
import type { AwsCredentials } from '../aws/tenant-credentials.ts'
import {
  CONFIGURATION,
  CONVERSE_ANSWER,
  createFakeAws,
  type Exchange,
  exception,
  json,
  REGION,
} from '../testing/support.ts'
import { createModelClient, type OtherModel } from './client.ts'

const MODEL = 'us.amazon.nova-2-lite-v1:0'
const BODY = JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'the secret recipe' }] }] })

type Reply = Parameters<typeof createFakeAws>[0]['bedrock-runtime']

interface SetUp {
  readonly remaining?: number
  readonly credentials?: () => Promise<AwsCredentials>
  readonly others?: readonly OtherModel[]
}

function setUp(reply: Reply, options: SetUp = {}) {
  const aws = createFakeAws({ 'bedrock-runtime': reply, dynamodb: 'broken', sts: 'broken', 'cognito-idp': 'broken' })
  const waits: number[] = []
  let remaining = options.remaining ?? 20_000
  let sessions = 1
  const client = createModelClient({
    region: REGION,
    connections: aws.connections,
    credentials: {
      get:
        options.credentials ??
        (async () => ({ accessKeyId: `ASIA${sessions}`, secretAccessKey: 's', sessionToken: 't' })),
      drop: () => {
        sessions++
      },
    },
    random: () => 0.5,
    pause: async (milliseconds) => {
      waits.push(milliseconds)
      remaining -= milliseconds
    },
  })
  let attempts = 0
  const asked: string[] = []
  const call = <Operation>(operation: Operation) => ({
    operation,
    configuration: CONFIGURATION,
    modelId: MODEL,
    body: BODY,
    headers: {},
    deadline: { remaining: () => remaining },
    signal: new AbortController().signal,
    onHeaders: () => {},
    ...(options.others && { others: options.others }),
    onAttempt: (attempt: number, modelId: string) => {
      attempts = attempt
      asked.push(modelId)
    },
    onSend: () => {},
  })
  const converse = async () => (await client.whole(call('converse' as const))).body
  return { aws, waits, converse, asked, attempts: () => attempts }
}

test("one signed call of the tenant's endpoint, the body untouched, the answer untouched", async () => {
  const { aws, converse } = setUp(json(CONVERSE_ANSWER))
  expect(await converse()).toBe(JSON.stringify(CONVERSE_ANSWER))
  const [sent] = aws.sent('bedrock-runtime')
  expect(sent).toMatchObject({ method: 'POST', host: CONFIGURATION.endpoint, body: BODY, timeoutMilliseconds: 20_000 })
  expect(sent?.headers).toMatchObject({ 'content-length': `${BODY.length}`, 'x-amz-security-token': 't' })
})

test("path and signature are the AWS SDK's own for the same call", async () => {
  const { aws, converse } = setUp(json(CONVERSE_ANSWER))
  await converse()
  const ours = aws.sent('bedrock-runtime')[0]

  let theirs: { path: string; headers: Record<string, string> } | undefined
  const client = new BedrockRuntimeClient({
    region: REGION,
    endpoint: `https://${CONFIGURATION.endpoint}`,
    credentials: { accessKeyId: 'ASIA1', secretAccessKey: 's', sessionToken: 't' },
    requestHandler: {
      handle: async (request: { path: string; headers: Record<string, string> }) => {
        theirs = request
        throw new Error('seen')
      },
    },
    maxAttempts: 1,
  })
  const { messages } = JSON.parse(BODY)
  await expect(client.send(new ConverseCommand({ modelId: MODEL, messages }))).rejects.toThrow('seen')
  expect(ours?.path).toBe(theirs?.path)
  const scope = /Credential=ASIA1\/\d{8}\/us-east-1\/bedrock\/aws4_request/
  expect(ours?.headers.authorization).toMatch(scope)
  expect(theirs?.headers.authorization).toMatch(scope)
  expect(ours?.headers['x-amz-content-sha256']).toBe(theirs?.headers['x-amz-content-sha256'])
})

describe('refusals', () => {
  test.each([
    ['ThrottlingException', 429, 'model_throttled', 429, 3],
    ['TooManyRequestsException', 429, 'model_throttled', 429, 3],
    ['ServiceQuotaExceededException', 400, 'model_quota_exceeded', 429, 1],
    ['ModelNotReadyException', 429, 'model_not_ready', 503, 3],
    ['ServiceUnavailableException', 503, 'model_unavailable', 503, 3],
    ['InternalServerException', 500, 'model_unavailable', 503, 3],
    ['ModelTimeoutException', 408, 'model_timeout', 504, 1],
    ['ModelErrorException', 424, 'model_error', 502, 1],
    ['AccessDeniedException', 403, 'model_access_denied', 502, 1],
    ['ResourceNotFoundException', 404, 'model_not_found', 502, 1],
    ['ValidationException', 400, 'model_rejected_input', 400, 1],
    ['SomethingNewException', 418, 'model_rejected_input', 400, 1],
    ['SomethingNewException', 502, 'model_unavailable', 503, 3],
  ])('%s %i → %s %i after %i attempts', async (type, status, code, ours, attempts) => {
    const message = 'User: arn:aws:sts::222222222222:assumed-role/x is not authorized'
    const { aws, converse } = setUp(exception(type, status, message))
    const error = await converse().then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ code, status: ours })
    expect(String(error)).not.toMatch(/arn:|222222222222/)
    expect(aws.sent('bedrock-runtime')).toHaveLength(attempts)
  })

  test.each([
    ['unreachable', 'model_unreachable', 503],
    ['timeout', 'model_timeout', 504],
    ['broken', 'model_answer_incomplete', 502],
    ['tooLarge', 'answer_too_large', 502],
  ] as const)('transport %s → %s %i, never repeated', async (failure, code, status) => {
    const { aws, converse } = setUp(failure)
    await expect(converse()).rejects.toMatchObject({ code, status })
    expect(aws.sent('bedrock-runtime')).toHaveLength(1)
  })

  test('an answer that is no JSON and has no type', async () => {
    const { converse } = setUp({ status: 503, headers: {}, body: '<html>no</html>' })
    await expect(converse()).rejects.toMatchObject({ code: 'model_unavailable' })
  })

  test("what Bedrock says about the caller's fields is passed on; what quotes the caller is not", async () => {
    const words = async (message: string) =>
      setUp(exception('ValidationException', 400, message))
        .converse()
        .then(
          () => '',
          (error: Error) => error.message,
        )
    expect(await words('The maximum tokens you requested exceeds the model limit of 4096.')).toContain('limit of 4096')
    expect(await words('Malformed: "the secret recipe" is blocked')).not.toContain('recipe')
    expect(await words('x'.repeat(5000))).toHaveLength('The model service refuses the request: '.length + 300)
    expect(await words('for account 222222222222')).toContain('[account]')
  })
})

describe('repeating', () => {
  test('with jitter, doubling, until it works', async () => {
    let calls = 0
    const { converse, waits, attempts } = setUp(() =>
      ++calls < 3 ? exception('ThrottlingException', 429) : json(CONVERSE_ANSWER),
    )
    expect(JSON.parse(await converse())).toEqual(CONVERSE_ANSWER)
    expect(waits).toEqual([50, 100])
    expect(attempts()).toBe(3)
  })

  test("Bedrock's Retry-After is waited for, and told to the caller", async () => {
    const { converse, waits } = setUp(exception('ThrottlingException', 429, '', { 'retry-after': '2' }))
    await expect(converse()).rejects.toMatchObject({ headers: { 'retry-after': '2' } })
    expect(waits).toEqual([2000, 2000])
  })

  test('never beyond the time that is left', async () => {
    const { aws, converse, waits } = setUp(exception('ThrottlingException', 429, '', { 'retry-after': '7' }), {
      remaining: 10_000,
    })
    await expect(converse()).rejects.toMatchObject({ code: 'model_throttled' })
    expect(waits).toEqual([7000])
    expect(aws.sent('bedrock-runtime').map((sent) => sent.timeoutMilliseconds)).toEqual([10_000, 3_000])
  })

  test('without time nothing is sent', async () => {
    const { aws, converse } = setUp(json(CONVERSE_ANSWER), { remaining: 0 })
    await expect(converse()).rejects.toMatchObject({ code: 'deadline_exceeded', status: 504 })
    expect(aws.sent('bedrock-runtime')).toHaveLength(0)
  })

  test('credentials that never come end in a 504', async () => {
    const { converse } = setUp(json(CONVERSE_ANSWER), { remaining: 20, credentials: () => new Promise(() => {}) })
    await expect(converse()).rejects.toMatchObject({ code: 'deadline_exceeded' })
  })

  test('expired credentials are renewed once', async () => {
    const key = (exchange: Exchange) => /Credential=(\w+)/.exec(exchange.headers.authorization ?? '')?.[1]
    const good = setUp((exchange) =>
      key(exchange) === 'ASIA2' ? json(CONVERSE_ANSWER) : exception('ExpiredTokenException', 403),
    )
    expect(JSON.parse(await good.converse())).toEqual(CONVERSE_ANSWER)
    const bad = setUp(exception('UnrecognizedClientException', 403))
    await expect(bad.converse()).rejects.toMatchObject({ code: 'model_access_denied' })
    expect(bad.aws.sent('bedrock-runtime').map(key)).toEqual(['ASIA1', 'ASIA2'])
  })
})

describe('a model and those after it', () => {
  const SECOND = 'us.anthropic.claude-haiku-4-5-20251001-v1:0'
  const THIRD = 'amazon.nova-lite-v1:0'
  const other = (modelId: string): OtherModel => ({
    modelId,
    sent: () => ({ body: `{"to":"${modelId}"}`, headers: {} }),
  })
  const THROTTLED = exception('ThrottlingException', 429)
  /** By the model that is asked, answer after answer; the last one stays. */
  const answering = (answers: Readonly<Record<string, readonly Exclude<Reply, (exchange: Exchange) => unknown>[]>>) => {
    const counts: Record<string, number> = {}
    return ({ path }: Exchange) => {
      const id = decodeURIComponent(path.split('/')[2] ?? '')
      const all = answers[id] ?? []
      const index = (counts[id] ?? -1) + 1
      counts[id] = index
      return all[Math.min(index, all.length - 1)] ?? json(CONVERSE_ANSWER)
    }
  }

  test.each([
    ['throttled', THROTTLED],
    ['throttled for the day', exception('ThrottlingException', 429, 'Too many tokens per day')],
    ['not ready', exception('ModelNotReadyException', 429)],
    ['unavailable', exception('ServiceUnavailableException', 503)],
  ])('the next one is asked at once when the first is %s, with what is its own', async (_name, refusal) => {
    const { converse, asked, waits, aws } = setUp(answering({ [MODEL]: [refusal] }), { others: [other(SECOND)] })
    expect(await converse()).toBe(JSON.stringify(CONVERSE_ANSWER))
    expect([asked, waits]).toEqual([[MODEL, SECOND], []])
    expect(aws.sent('bedrock-runtime').map(({ body }) => body)).toEqual([BODY, `{"to":"${SECOND}"}`])
  })

  test.each([
    ['a timeout', 'timeout' as const, 'model_timeout'],
    ['a broken connection', 'broken' as const, 'model_answer_incomplete'],
    ['a timeout of Bedrock’s', exception('ModelTimeoutException', 408), 'model_timeout'],
    ['a request that it refuses', exception('ValidationException', 400), 'model_rejected_input'],
    ['no access to it', exception('AccessDeniedException', 403), 'model_access_denied'],
  ])('no other is asked after %s of the first, or of the second', async (_name, failure, code) => {
    const first = setUp(answering({ [MODEL]: [failure] }), { others: [other(SECOND)] })
    await expect(first.converse()).rejects.toMatchObject({ code })
    expect(first.asked).toEqual([MODEL])
    const second = setUp(answering({ [MODEL]: [THROTTLED], [SECOND]: [failure] }), { others: [other(SECOND)] })
    const told = code === 'model_rejected_input' || code === 'model_access_denied' ? 'model_throttled' : code
    await expect(second.converse()).rejects.toMatchObject({ code: told })
    expect(second.asked).toEqual([MODEL, SECOND])
  })

  test('one that refuses what the first might have taken is passed over, and so is one that it cannot be put to', async () => {
    const refusing = setUp(answering({ [MODEL]: [THROTTLED], [SECOND]: [exception('ValidationException', 400)] }), {
      others: [other(SECOND), other(THIRD)],
    })
    expect(await refusing.converse()).toBe(JSON.stringify(CONVERSE_ANSWER))
    expect(refusing.asked).toEqual([MODEL, SECOND, THIRD])
    const unfit = { modelId: SECOND, sent: () => undefined }
    const passing = setUp(answering({ [MODEL]: [THROTTLED] }), { others: [unfit, other(THIRD)] })
    await passing.converse()
    expect(passing.asked).toEqual([MODEL, THIRD])
  })

  test('one budget is for all of them: three attempts, and the last one is repeated with what is left of it', async () => {
    const all = answering({ [MODEL]: [THROTTLED], [SECOND]: [THROTTLED], [THIRD]: [THROTTLED] })
    const three = setUp(all, { others: [other(SECOND), other(THIRD)] })
    await expect(three.converse()).rejects.toMatchObject({ code: 'model_throttled' })
    expect([three.asked, three.waits]).toEqual([[MODEL, SECOND, THIRD], []])
    const two = setUp(answering({ [MODEL]: [THROTTLED], [SECOND]: [THROTTLED, json(CONVERSE_ANSWER)] }), {
      others: [other(SECOND)],
    })
    await two.converse()
    expect([two.asked, two.waits.length]).toEqual([[MODEL, SECOND, SECOND], 1])
  })
})
