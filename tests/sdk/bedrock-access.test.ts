import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import type { Decision } from '../../local/authorize.ts'
import { createBedrock } from '../../local/services/bedrock/bedrock.ts'
import type { WireResponse } from '../../local/services/service.ts'
import {
  clientOf,
  converse,
  HAIKU,
  HAIKU_3,
  HELLO,
  NOVA,
  options,
  organization,
  stand,
  TITAN,
  useBedrock,
} from './bedrock-stand.ts'
import { failure, HUB, LAPTOP, REGION, REMOTE, sessionOf, startStand, TENANT } from './stand.ts'

describe.skipIf(REMOTE)('Bedrock, access', () => {
  useBedrock()

  it('is asked of IAM for the profile and for the model in every region that may answer', async () => {
    await converse(NOVA)
    const profile = `arn:aws:bedrock:${REGION}:${TENANT}:inference-profile/${NOVA}`
    const model = (region: string) => `arn:aws:bedrock:${region}::foundation-model/amazon.nova-2-lite-v1:0`
    expect(stand.asked.map(({ resource }) => resource)).toEqual([
      profile,
      model('us-east-1'),
      model('us-east-2'),
      model('us-west-2'),
    ])
    expect(stand.asked.map(({ region }) => region)).toEqual([REGION, 'us-east-1', 'us-east-2', 'us-west-2'])
    expect(stand.asked.map(({ context }) => context['bedrock:InferenceProfileArn'])).toEqual([
      undefined,
      profile,
      profile,
      profile,
    ])
    expect(new Set(stand.asked.map(({ action }) => action))).toEqual(new Set(['bedrock:InvokeModel']))
  })

  it('is asked of IAM for the model alone when it is called by its own id or ARN', async () => {
    const arn = `arn:aws:bedrock:${REGION}::foundation-model/${HAIKU_3}`
    await converse(HAIKU_3)
    await converse(arn)
    expect(stand.asked.map(({ resource }) => resource)).toEqual([arn, arn])
    await converse(`arn:aws:bedrock:${REGION}:${TENANT}:inference-profile/${NOVA}`)
  })

  it.each(['inference-profile', 'us-west-2'])('is refused when IAM refuses %s', async (part) => {
    stand.decide = ({ resource, action }): Decision =>
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

  it('refuses the models of the original post too, when told to be as strict as AWS', async () => {
    const strict = await startStand(
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
    stand.ahead = 61
    await converse(NOVA)
  })

  it('is closed to API keys, of which none was issued', async () => {
    const { status, headers, body } = (await stand.wire.call(LAPTOP, {
      ...{ host: `bedrock-runtime.${REGION}.amazonaws.com`, method: 'POST', target: `/model/${NOVA}/converse` },
      headers: { authorization: 'Bearer bedrock-api-key-abc' },
      body: Buffer.from(JSON.stringify(HELLO)),
    })) as WireResponse
    expect(status).toBe(403)
    expect(headers['x-amzn-errortype']).toMatch(/^AccessDeniedException:/)
    expect(String(body)).toContain('API Key')
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
    const answer = (await stand.wire.call(LAPTOP, {
      ...{
        host: `bedrock-runtime.${REGION}.amazonaws.com`,
        method: 'POST',
        target: `/model/${NOVA}/converse`,
        headers,
      },
    })) as WireResponse
    expect([answer.status, answer.headers['x-amzn-errortype']]).toEqual([
      403,
      expect.stringMatching(new RegExp(`^${code}:`)),
    ])
  })
})
