import * as sdk from '@aws-sdk/client-bedrock-runtime'
import { expect, test } from 'vitest'
import { ERRORS } from '../errors.ts'
import { refusalOf } from './bedrock-exceptions.ts'
import { failureOf, streamException } from './errors.ts'

const SENT = JSON.stringify({ messages: [{ role: 'user', content: 'the secret recipe' }] })
const failure = (name: string, status: number, message: string) =>
  failureOf({ status, headers: { 'x-amzn-errortype': `${name}:http://x/` }, body: JSON.stringify({ message }) }, SENT)

const EXCEPTIONS = Object.keys(sdk).filter((name) => name.endsWith('Exception') && !name.endsWith('ServiceException'))

test('every exception of the SDK has a meaning of its own', () => {
  expect(EXCEPTIONS.length).toBeGreaterThan(10)
  // A status that means nothing: only the name decides.
  const unknown = EXCEPTIONS.filter((name) => refusalOf(name, 418, '') === refusalOf('NobodyKnowsException', 418, ''))
  // Both are about the request, as is whatever nobody knows.
  expect(unknown).toEqual(['ConflictException', 'ValidationException'])
})

test('what the SDK repeats by itself is repeated here, or said to be no matter of repeating', () => {
  const repeated = EXCEPTIONS.filter((name) => refusalOf(name, 500, '').repeat)
  expect(repeated.sort()).toEqual([
    'InternalServerException',
    'ModelNotReadyException',
    'ServiceUnavailableException',
    'ThrottlingException',
  ])
})

test.each([
  ['SerializationException', 400, 'model_rejected_input'],
  ['SomethingNewException', 400, 'model_rejected_input'],
  ['SomethingNewException', 418, 'model_rejected_input'],
  ['SomethingNewException', 403, 'model_access_denied'],
  ['SomethingNewException', 401, 'model_access_denied'],
  ['InvalidSignatureException', 403, 'model_access_denied'],
  ['IncompleteSignature', 400, 'model_access_denied'],
  ['SomethingNewException', 429, 'model_throttled'],
  ['SomethingNewException', 599, 'model_unavailable'],
] as const)(
  'a 4xx is about the request unless it is known to be about permissions: %s %i → %s',
  (name, status, code) => {
    expect(failure(name, status, '').error.code).toBe(code)
  },
)

test.each([
  [
    'ValidationException',
    400,
    'Invocation of model ID amazon.nova-2-lite-v1:0 with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.',
    'model_misconfigured',
    /inference profile.*operators/,
  ],
  ['ValidationException', 400, 'The provided model identifier is invalid.', 'model_misconfigured', /does not know/],
  ['ValidationException', 400, 'Operation not allowed', 'model_misconfigured', /not enabled/],
  [
    'ResourceNotFoundException',
    404,
    'Model use case details have not been submitted for this account. Fill out the Anthropic use case details form before using the model.',
    'model_access_denied',
    /form.*administrator/,
  ],
  [
    'ResourceNotFoundException',
    404,
    'Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in the last 30 days. Please upgrade to an active model on Amazon Bedrock',
    'model_not_found',
    /retired/,
  ],
  [
    'ThrottlingException',
    429,
    'Too many tokens per day, please wait before trying again.',
    'model_quota_exceeded',
    /tomorrow/,
  ],
  ['ThrottlingException', 429, 'Too many tokens, please wait before trying again.', 'model_throttled', /Retry-After/],
  [
    'AccessDeniedException',
    403,
    'Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to this model.',
    'model_access_denied',
    /subscribed/,
  ],
] as const)('one exception, several remedies: %s %i %.40s', (name, status, words, code, remedy) => {
  const { error, next } = failure(name, status, words)
  expect(error.code).toBe(code)
  expect(error.message).toMatch(remedy)
  // Bedrock's words are for operators: in the cause, which the log keeps and no caller sees.
  expect(error.message).not.toContain(words.slice(0, 30))
  expect(`${error.cause}`).toContain(words.slice(0, 30))
  if (code === 'model_throttled') expect({ next, ...error.headers }).toEqual({ next: 'repeat', 'retry-after': '5' })
  else expect({ next, ...error.headers }).toEqual({ next: 'final' })
})

test('an operator’s mistake is counted by the alarm on server errors, and not repeated by an SDK', () => {
  expect(ERRORS.model_misconfigured).toMatchObject({ status: 502, bedrock: { status: 404 } })
})

test('words that quote the caller are kept from the caller and from the log', () => {
  for (const name of ['ValidationException', 'AccessDeniedException']) {
    const { error } = failure(name, 400, 'no "the secret recipe" here, arn:aws:bedrock:us-east-1:222222222222:x')
    expect(`${error.message} ${error.cause}`).not.toContain('recipe')
  }
})

test('a refused body of 200,000 elements is a refusal, not an overflow', () => {
  const sent = JSON.stringify({ messages: Array.from({ length: 200_000 }, (_, index) => `text number ${index}`) })
  const { error } = failureOf(
    { status: 400, headers: { 'x-amzn-errortype': 'ValidationException' }, body: '{"message":"too long"}' },
    sent,
  )
  expect(error.message).toContain('too long')
})

test('in the middle of a stream the words decide too', () => {
  const body = Buffer.from(JSON.stringify({ message: 'Too many tokens per day' }))
  expect(streamException('throttlingException', body, SENT).code).toBe('model_quota_exceeded')
  expect(streamException('validationException', Buffer.from('{"message":"bad field"}'), SENT).message).toContain(
    'bad field',
  )
})
