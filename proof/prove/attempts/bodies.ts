/**
 * Bodies that should make the function fail, or do something it was not asked for. They are sent with the tenant's own token, on its own path.
 */

import type { Attempt } from '../attempt.ts'
import type { Compute } from '../compute.ts'
import type { Layer } from '../layers.ts'
import { contained, type Outcome, stopped, through } from '../outcome.ts'
import { layerOfCode } from '../testbed/gateway-answers.ts'
import type { RawRequest } from '../testbed/raw-request.ts'
import type { Testbed } from '../testbed/testbed.ts'

export interface BodyAttempt {
  readonly on?: Compute
  readonly name: string
  readonly tried: string
  readonly expected: readonly Layer[]
  readonly remark?: string
  readonly last?: Layer
  readonly body: string | Uint8Array
  readonly headers?: RawRequest['headers']
  /** The body names a model that the sample tenant may not use; against a deployed tenant, it is not known which models those are. */
  readonly needsUnlistedModel?: true
  /** The client disconnects before it has sent the whole body. */
  readonly hangUp?: true
}

const PARSED: readonly Layer[] = ['functionBody']
const AS_ITSELF = 'Read as JSON is read: the request is the tenant’s own and is answered as such.'
const UNLISTABLE = {
  expected: ['tableItem'],
  last: 'tableItem',
  remark: 'No item can list such a name: names and ids are checked when the item is read.',
} as const satisfies Pick<BodyAttempt, 'expected' | 'last' | 'remark'>
const MEBIBYTE = 1024 * 1024

const nested = (depth: number) => `{"prompt":${'['.repeat(depth)}${']'.repeat(depth)}}`

export const bodyAttempts: readonly BodyAttempt[] = [
  {
    name: 'oversized',
    on: 'lambda',
    tried: 'A body of 3 MB',
    expected: ['loadBalancerRequest'],
    remark: 'The function’s own limit behind it: `bodies/oversized-event`.',
    body: JSON.stringify({ prompt: 'a'.repeat(3 * MEBIBYTE) }),
  },
  {
    name: 'truncated',
    tried: 'A body that ends before its Content-Length',
    expected: ['loadBalancerRequest'],
    headers: [['content-length', '1000']],
    body: '{"prompt":"half',
    hangUp: true,
  },
  { name: 'empty', tried: 'No body', expected: PARSED, body: '' },
  { name: 'not-json', tried: 'A text that is no JSON', expected: PARSED, body: 'prompt=Hello' },
  { name: 'cut-json', tried: 'JSON that is cut off', expected: PARSED, body: '{"prompt":"Hello"' },
  { name: 'not-object', tried: 'A JSON list', expected: PARSED, body: '["prompt"]' },
  { name: 'null', tried: 'A JSON null', expected: PARSED, body: 'null' },
  {
    name: 'not-utf8',
    tried: 'Bytes that are no UTF-8',
    expected: PARSED,
    body: Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d]),
  },
  { name: 'deep-nesting', tried: 'JSON nested 100,000 deep', expected: PARSED, body: nested(100_000) },
  {
    name: 'deep-nesting-unknown',
    tried: 'The nesting in a field of another name',
    expected: PARSED,
    body: nested(20_000).replace('prompt', 'x'),
  },
  {
    name: 'duplicate-keys',
    tried: 'The prompt twice, and the model twice: one that is allowed, then one that is not',
    expected: ['tableItem'],
    needsUnlistedModel: true,
    body: '{"prompt":"a","prompt":"b","model":"nova-2-lite","model":"nova-pro"}',
  },
  {
    name: 'proto',
    tried: 'A `__proto__` with the fields of a request',
    expected: PARSED,
    body: '{"__proto__":{"prompt":"Hello","admin":true}}',
  },
  {
    name: 'proto-model',
    tried: '`__proto__` as the name of a model',
    ...UNLISTABLE,
    body: '{"prompt":"Hello","model":"__proto__"}',
  },
  {
    name: 'constructor-model',
    tried: '`constructor` as the name of a model',
    ...UNLISTABLE,
    body: '{"prompt":"Hello","model":"constructor"}',
  },
  {
    name: 'model-arn',
    tried: "The ARN of another account's inference profile as the model",
    ...UNLISTABLE,
    body: '{"prompt":"Hello","model":"arn:aws:bedrock:us-east-1:333333333333:inference-profile/us.anthropic.claude-haiku-4-5-20251001-v1:0"}',
  },
  {
    name: 'model-path',
    tried: 'A model name with `../`',
    ...UNLISTABLE,
    body: '{"prompt":"Hello","model":"../../guardrail/x"}',
  },
  {
    name: 'huge-number',
    tried: '`maxTokens` of 1e309',
    expected: PARSED,
    body: '{"prompt":"Hello","maxTokens":1e309}',
  },
  {
    name: 'long-number',
    tried: 'A number of 10,000 digits',
    expected: PARSED,
    body: `{"prompt":"Hello","maxTokens":${'9'.repeat(10_000)}}`,
  },
  { name: 'negative-number', tried: '`maxTokens` of -1', expected: PARSED, body: '{"prompt":"Hello","maxTokens":-1}' },
  {
    name: 'tenant-field',
    tried: 'Fields that name the second tenant, its role and its endpoint',
    expected: PARSED,
    body: '{"prompt":"Hello","tenant":"tenant2","roleArn":"x","endpoint":"x"}',
  },
  {
    name: 'compressed',
    tried: 'A compressed body',
    expected: PARSED,
    headers: [['content-encoding', 'gzip']],
    body: Uint8Array.from([0x1f, 0x8b, 8, 0]),
  },
  {
    name: 'hostile-text',
    tried: 'Control characters, lone surrogates, markup and a JNDI look-up in the prompt',
    expected: [],
    remark: AS_ITSELF,
    body: JSON.stringify({ prompt: `\u0000\u001b[2J \ud800 <script>\${jndi:ldap://x}</script> ../../etc/passwd` }),
  },
]

/** Events that no client can make the load balancer send, so they are handed to the function directly. */
const eventAttempts: readonly (Omit<BodyAttempt, 'body'> & { readonly event: Readonly<Record<string, unknown>> })[] = [
  {
    name: 'bad-base64',
    tried: 'An event whose body is marked as base64 and is none',
    expected: PARSED,
    event: { body: '!!not base64!!', isBase64Encoded: true },
  },
  {
    name: 'oversized-event',
    tried: 'An event with a body over the limit, past the load balancer',
    expected: PARSED,
    event: { body: JSON.stringify({ prompt: 'a'.repeat(MEBIBYTE + 1) }), isBase64Encoded: false },
  },
  {
    name: 'odd-event',
    tried: 'An event with a number as its body and a list as its headers',
    expected: ['functionRequest'],
    last: 'functionRequest',
    remark: 'The load balancer never sends such an event.',
    event: { body: 7, multiValueHeaders: ['authorization'] },
  },
]

/** A request for the tenant's own path, with its own token. */
export const requestOf = (
  { body, headers = [], hangUp }: BodyAttempt,
  tenantId: string,
  token: string,
): RawRequest => ({
  target: `/${tenantId}/invoke`,
  headers: [['authorization', `Bearer ${token}`], ['content-type', 'application/json'], ...headers],
  body,
  ...(hangUp && { hangUp }),
})

const sent: readonly Attempt[] = bodyAttempts.map((attempt) => {
  const { name, tried, expected, remark, last, on } = attempt
  return {
    name,
    tried,
    expected,
    family: 'bodies',
    means: 'request',
    ...(remark !== undefined && { remark }),
    ...(last !== undefined && { last }),
    ...(on !== undefined && { on }),
    make: async (testbed) =>
      testbed.request(requestOf(attempt, 'tenant1', await testbed.forge.genuine('tenant1')), 'broken'),
  }
})

const invoked: readonly Attempt[] = eventAttempts.map(({ event, headers: _, ...attempt }) => ({
  ...attempt,
  family: 'bodies',
  means: 'request',
  // A container gets requests, not events.
  on: 'lambda',
  make: (testbed) => invoke(testbed, event),
}))

export const bodies: readonly Attempt[] = [...sent, ...invoked]

async function invoke(
  { platform, forge, tenant1 }: Testbed,
  event: Readonly<Record<string, unknown>>,
): Promise<Outcome> {
  const { cloud } = platform
  // The target that gets the requests now, which changes when a check of the code is switched off.
  const target = cloud.ledger
    .all('aws:lb/targetGroupAttachment:TargetGroupAttachment')
    .find(({ outputs }) => String(outputs.targetId).startsWith(tenant1.functionArn))
  if (!target) throw new Error(`${tenant1.functionName} has no target group.`)
  const { payload, functionError } = await cloud.lambda.invoke({
    functionArn: String(target.outputs.targetId),
    caller: { kind: 'operator' },
    payload: JSON.stringify({
      requestContext: { elb: { targetGroupArn: target.outputs.targetGroupArn } },
      httpMethod: 'POST',
      path: '/tenant1/invoke',
      multiValueQueryStringParameters: {},
      multiValueHeaders: { authorization: [`Bearer ${await forge.genuine('tenant1')}`] },
      ...event,
    }),
  })
  if (functionError !== undefined) return through(`the function failed: ${payload.slice(0, 120)}`)
  const answer = JSON.parse(payload)
  if (answer.statusCode === 200) return contained(String(answer.body).slice(0, 120))
  if (answer.statusCode >= 500) return through(`the function broke: ${String(answer.body).slice(0, 120)}`)
  const { code } = JSON.parse(answer.body).error
  return stopped([layerOfCode(code)], `${answer.statusCode} ${code}`)
}
