import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { createBedrock } from '../../src/aws/bedrock/bedrock.ts'
import type { Decision } from '../../src/iam/authorize.ts'
import { bedrockApiKey } from '../../src/testing/signing.ts'
import type { WireResponse } from '../../src/wire/service.ts'
import {
  clientOf,
  converse,
  fixture,
  HAIKU,
  HAIKU_3,
  HELLO,
  NOVA,
  options,
  organization,
  TITAN,
  useBedrock,
} from './bedrock-fixture.ts'
import { failure, HUB, LAPTOP, REGION, REMOTE, sessionOf, startFixture, TENANT } from './services-fixture.ts'

describe.skipIf(REMOTE)('Bedrock, access', () => {
  useBedrock()

  it('is asked of IAM for the profile and for the model in every region that may answer', async () => {
    await converse(NOVA)
    const profile = `arn:aws:bedrock:${REGION}:${TENANT}:inference-profile/${NOVA}`
    const model = (region: string) => `arn:aws:bedrock:${region}::foundation-model/amazon.nova-2-lite-v1:0`
    expect(fixture.asked.map(({ resource }) => resource)).toEqual([
      profile,
      model('us-east-1'),
      model('us-east-2'),
      model('us-west-2'),
    ])
    expect(fixture.asked.map(({ region }) => region)).toEqual([REGION, 'us-east-1', 'us-east-2', 'us-west-2'])
    expect(fixture.asked.map(({ context }) => context['bedrock:InferenceProfileArn'])).toEqual([
      undefined,
      profile,
      profile,
      profile,
    ])
    expect(new Set(fixture.asked.map(({ action }) => action))).toEqual(new Set(['bedrock:InvokeModel']))
  })

  it('is asked of IAM for the model alone when it is called by its own id or ARN', async () => {
    const arn = `arn:aws:bedrock:${REGION}::foundation-model/${HAIKU_3}`
    await converse(HAIKU_3)
    await converse(arn)
    expect(fixture.asked.map(({ resource }) => resource)).toEqual([arn, arn])
    await converse(`arn:aws:bedrock:${REGION}:${TENANT}:inference-profile/${NOVA}`)
  })

  it.each(['inference-profile', 'us-west-2'])('is refused when IAM refuses %s', async (part) => {
    fixture.decide = ({ resource, action }): Decision =>
      resource.includes(part)
        ? {
            allowed: false,
            layer: 'serviceControl',
            layers: ['serviceControl'],
            explicit: true,
            message: `not authorized to perform: ${action}`,
          }
        : { allowed: true }
    const error = await failure(converse(NOVA))
    expect(error).toMatchObject({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } })
    expect(error.message).toContain('bedrock:InvokeModel')
  })

  it.each([
    [
      'a model that the account has no access to',
      'us.amazon.nova-pro-v1:0',
      'AccessDeniedException',
      /don't have access to the model/,
    ],
    ['an id that does not exist', 'amazon.nova-9', 'ValidationException', /model identifier is invalid/],
    [
      'a profile of another geography',
      'eu.amazon.nova-2-lite-v1:0',
      'ValidationException',
      /model identifier is invalid/,
    ],
    [
      'a model that needs a profile',
      'amazon.nova-2-lite-v1:0',
      'ValidationException',
      /on-demand throughput isn’t supported/,
    ],
    ['a model after its end', 'anthropic.claude-v2:1', 'ResourceNotFoundException', /end of its life/],
    [
      "another account's profile",
      `arn:aws:bedrock:${REGION}:${HUB}:inference-profile/${NOVA}`,
      'AccessDeniedException',
      /not of account/,
    ],
    [
      'a provisioned model',
      `arn:aws:bedrock:${REGION}:${TENANT}:provisioned-model/abc`,
      'UnsupportedByLocalCloud',
      /provisioned-model/,
    ],
  ])('refuses %s', async (_what, modelId, name, message) => {
    const error = await failure(converse(modelId))
    expect(error.name).toBe(name)
    expect(error.message).toMatch(message)
  })

  it("is each account's own", async () => {
    const hub = await clientOf(HUB)
    expect((await failure(hub.send(new ConverseCommand({ modelId: NOVA, ...HELLO })))).message).toMatch(
      /don't have access/,
    )
  })

  it("refuses the models of AWS's article too, when told to be as strict as AWS", async () => {
    const strict = await startFixture(
      ({ surroundings, credentials }) => [createBedrock(surroundings, credentials, { serveRetired: [] })],
      { organization },
    )
    const signed = strict.credentials.issue(sessionOf(TENANT), 3600)
    const client = new BedrockRuntimeClient(await strict.client(signed))
    const send = (modelId: string) => client.send(new ConverseCommand({ modelId, ...HELLO }))
    for (const modelId of [TITAN, HAIKU_3])
      expect(await failure(send(modelId))).toMatchObject({
        name: 'ResourceNotFoundException',
        $metadata: { httpStatusCode: 404 },
      })
    await strict.close()
  })

  it('is throttled per account and model', async () => {
    options.requestsPerMinute = (account, modelId) => (account === TENANT && modelId.includes('nova') ? 2 : undefined)
    await converse(NOVA)
    await converse(NOVA)
    expect(await failure(converse(NOVA))).toMatchObject({
      name: 'ThrottlingException',
      $metadata: { httpStatusCode: 429 },
    })
    await converse(HAIKU)
    fixture.ahead = 61
    await converse(NOVA)
  })

  /** A prompt with an API key in place of a signature, as `AWS_BEARER_TOKEN_BEDROCK` has the SDK send it. */
  async function askWith(apiKey: string): Promise<{ readonly status: number; readonly text: string }> {
    const answer = (await fixture.wire.call(LAPTOP, {
      host: `bedrock-runtime.${REGION}.amazonaws.com`,
      method: 'POST',
      target: `/model/${TITAN}/converse`,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(HELLO)),
    })) as WireResponse
    return { status: answer.status, text: String(answer.body) }
  }
  const keyOf = (
    { region = REGION, expiresInSeconds = 600, secondsAgo = 0 } = {},
    credentials = fixture.credentials.issue(sessionOf(TENANT, 'admin'), 3600),
  ) => bedrockApiKey(credentials, { region, expiresInSeconds, now: Date.now() + (fixture.ahead - secondsAgo) * 1000 })

  it('takes an API key for who made it, who needs a permission for it besides the one for the model', async () => {
    expect(await askWith(await keyOf())).toMatchObject({ status: 200, text: expect.stringContaining('"output"') })
    const asked = fixture.asked.map(({ action, session, context }) => [
      ...[action, session === 'anonymous' ? '' : session.roleArn, context['bedrock:bearerTokenType']],
    ])
    const admin = `arn:aws:iam::${TENANT}:role/admin`
    expect(asked).toEqual([
      ['bedrock:CallWithBearerToken', admin, 'SHORT_TERM'],
      ['bedrock:InvokeModel', admin, undefined],
    ])
    fixture.decide = ({ action }) => (action === 'bedrock:CallWithBearerToken' ? NO_KEYS : { allowed: true })
    expect(await askWith(await keyOf())).toMatchObject({ status: 403, text: expect.stringContaining('no keys here') })
  })

  it.each<[string, () => Promise<string> | string]>([
    ['is none', () => 'abc'],
    ['is empty', () => ''],
    ['is Base64 of nothing', () => 'bedrock-api-key-'],
    ['is of the long-term kind', () => 'ABSKQmVkcm9ja0FQSUtleS1leGFtcGxl'],
    ['was made for another region', () => keyOf({ region: 'eu-west-1' })],
    ['has expired', () => keyOf({ expiresInSeconds: 60, secondsAgo: 61 })],
    ['is good for longer than twelve hours', () => keyOf({ expiresInSeconds: 12 * 3600 + 1 })],
    ['was made in the future', () => keyOf({ secondsAgo: -900 })],
    [
      'outlives the session that made it',
      () => keyOf({ secondsAgo: 60 }, fixture.credentials.issue(sessionOf(TENANT, 'admin'), -1)),
    ],
    [
      'was made with another secret',
      () => {
        const credentials = fixture.credentials.issue(sessionOf(TENANT, 'admin'), 3600)
        return keyOf({}, { ...credentials, secretAccessKey: 'another' })
      },
    ],
    [
      'was made with unknown credentials',
      () => keyOf({}, { ...fixture.credentials.issue(sessionOf(TENANT, 'admin'), 3600), accessKeyId: 'ASIAUNKNOWN' }),
    ],
    ...[
      'X-Amz-Expires=600→X-Amz-Expires=43200',
      'Action=CallWithBearerToken→Action=Other',
      'host→host%3Bx',
      'POST→',
    ].map((change): [string, () => Promise<string>] => [
      `was changed: ${change}`,
      async () => edited(await keyOf(), change),
    ]),
  ])('refuses an API key that %s, and does not say why', async (_what, key) => {
    expect(await askWith(await key())).toEqual({
      status: 403,
      text: '{"message":"Authentication failed: Please make sure your API Key is valid."}',
    })
    expect(fixture.asked).toEqual([])
  })

  it.each([
    ['unsigned', {}, 'MissingAuthenticationTokenException'],
    [
      'signed by nobody',
      {
        authorization:
          'AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=0',
        'x-amz-date': '20260101T000000Z',
      },
      'InvalidSignatureException',
    ],
  ])('is closed to a request that is %s', async (_what, headers, code) => {
    const answer = (await fixture.wire.call(LAPTOP, {
      host: `bedrock-runtime.${REGION}.amazonaws.com`,
      method: 'POST',
      target: `/model/${NOVA}/converse`,
      headers,
    })) as WireResponse
    expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([
      403,
      expect.stringMatching(new RegExp(`^${code}:`)),
    ])
  })
})

const NO_KEYS: Decision = {
  allowed: false,
  layer: 'identity',
  layers: ['identity'],
  explicit: false,
  message: 'no keys here',
}

/** `FROM→TO` in what the key encodes; where it is not found, a byte of the signature. */
function edited(key: string, change: string): string {
  const [from = '', to = ''] = change.split('→')
  const text = Buffer.from(key.slice('bedrock-api-key-'.length), 'base64').toString()
  const other = text.includes(from)
    ? text.replace(from, to)
    : text.replace(/Signature=./, (a) => (a.endsWith('0') ? 'Signature=1' : 'Signature=0'))
  expect(other).not.toBe(text)
  return `bedrock-api-key-${Buffer.from(other).toString('base64')}`
}
