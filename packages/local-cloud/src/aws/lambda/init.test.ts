/** Limits that take their time: in a file of their own, beside the others. */
import { afterEach, expect, test } from 'vitest'
import { declaredFunction, functionArn, startLambda } from './testing.ts'

let fixture: Awaited<ReturnType<typeof startLambda>>
afterEach(() => fixture.close())

test('a module that takes over ten seconds to load fails the start of the function', async () => {
  fixture = await startLambda([
    declaredFunction('slow', 'await new Promise((r) => setTimeout(r, 60_000)); export const handler = async () => 1'),
  ])
  const { value, functionError } = await fixture.invoke('slow')
  expect(functionError).toBe('Unhandled')
  expect(value).toEqual({ errorType: 'Sandbox.Timedout', errorMessage: 'Init phase timed out after 10.00 seconds' })
  expect(fixture.lambda.pids(functionArn('slow'))).toEqual([])
})

test('a function that needs more memory than it has is ended, and the next request served', async () => {
  fixture = await startLambda([
    declaredFunction(
      'large',
      `export const handler = async (e) => { if (!e.grow) return 'ok'; const all = []; for (;;) all.push(new Array(1e5).fill({ a: 1 })) }`,
    ),
  ])
  expect((await fixture.invoke('large', { grow: true })).value.errorType).toBe('Runtime.ExitError')
  expect((await fixture.invoke('large')).value).toBe('ok')
})
