/** Limits that take their time: in a file of their own, beside the others. */
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { declaredFunction, functionArn, startLambda } from './testing.ts'

let fixture: Awaited<ReturnType<typeof startLambda>>
afterEach(() => fixture.close())

test('a module that does not load within ten seconds is loaded again within the timeout, which ends the request', async () => {
  fixture = await startLambda([
    declaredFunction('slow', 'await new Promise((r) => setTimeout(r, 60_000)); export const handler = async () => 1', {
      timeout: 1,
    }),
  ])
  const { value, functionError } = await fixture.invoke('slow')
  expect(functionError).toBe('Unhandled')
  expect(value.errorType).toBe('Sandbox.Timedout')
  expect(value.errorMessage).toMatch(/^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/)
  expect(fixture.lambda.pids(functionArn('slow'))).toEqual([])
})

test('a module that loads at the second time serves the request that waited for it', async () => {
  const marker = join(tmpdir(), `second-start-${randomUUID()}`)
  fixture = await startLambda([
    declaredFunction(
      'once',
      `import { existsSync, writeFileSync } from 'node:fs'
       if (!existsSync('${marker}')) { writeFileSync('${marker}', ''); await new Promise((r) => setTimeout(r, 60_000)) }
       export const handler = async () => 'served'`,
      { timeout: 60 },
    ),
  ])
  try {
    expect((await fixture.invoke('once')).value).toBe('served')
    expect(fixture.lambda.pids(functionArn('once'))).toHaveLength(1)
  } finally {
    rmSync(marker, { force: true })
  }
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
