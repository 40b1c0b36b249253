import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, expectTypeOf, test } from 'vitest'
import { ERRORS, type ErrorCode, GatewayError, safeName } from './errors.ts'

const documentation = readFileSync(path.join(import.meta.dirname, '../../docs/api.md'), 'utf8')

test("the API's documentation has every code with its statuses, and no code more", () => {
  const documented = [...documentation.matchAll(/^\| *`([a-z_]+)` *\| *(\d{3}) *\| *(\d{3})? *\|/gm)].map(
    ([, code, status, bedrock]) => [code, Number(status), Number(bedrock ?? status)],
  )
  const built = Object.entries(ERRORS).map(([code, { status, bedrock }]) => [code, status, bedrock.status])
  expect(documented.sort()).toEqual(built.sort())
})

test('every code has a status that HTTP and the load balancer know', () => {
  for (const { status, bedrock } of Object.values(ERRORS)) {
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThanOrEqual(504)
    expect(bedrock.status).toBeGreaterThanOrEqual(400)
    expect(bedrock.type).toMatch(/Exception$/)
  }
})

test('the list is closed, and an error keeps its cause to itself', () => {
  expectTypeOf<'token_missing'>().toExtend<ErrorCode>()
  expectTypeOf<'something_else'>().not.toExtend<ErrorCode>()
  const cause = new Error('underneath')
  const error = new GatewayError('model_throttled', 'Wait.', { cause, headers: { 'retry-after': '1' } })
  expect(error).toMatchObject({ name: 'GatewayError', status: 429, message: 'Wait.', cause })
})

test('only short and plain names are repeated to the caller', () => {
  expect(safeName('max_tokens')).toBe('max_tokens')
  for (const odd of ['', 'a b', 'a\n', '<b>', 'ü', 'x'.repeat(65)]) expect(safeName(odd)).toBeUndefined()
})
