/** How handlers are found and loaded, and how their failures look to the caller. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { until } from '../../testing/until.ts'
import { declaredFunction, functionArn, startLambda } from './testing.ts'

type Fixture = Awaited<ReturnType<typeof startLambda>>
const running: Fixture[] = []

async function start(...given: Parameters<typeof startLambda>): Promise<Fixture> {
  const fixture = await startLambda(...given)
  running.push(fixture)
  return fixture
}

afterEach(async () => {
  for (const fixture of running.splice(0)) await fixture.close()
})

const eventually = (holds: () => boolean) => until('it', holds)

test.each([
  ['throws', 'throw new TypeError("bad")', { errorType: 'TypeError', errorMessage: 'bad' }],
  ['rejects with a text', 'throw "text"', { errorType: 'string', errorMessage: 'text' }],
  ['exits', 'process.exit(3)', { errorType: 'Runtime.ExitError' }],
  [
    'throws outside of its promise',
    'setTimeout(() => { throw new RangeError("later") }); await new Promise(() => {})',
    { errorType: 'RangeError', errorMessage: 'later' },
  ],
  [
    'leaves a rejection unhandled',
    'Promise.reject(new Error("lost")); await new Promise(() => {})',
    { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: lost' },
  ],
  ['returns a cycle', 'const a = {}; a.a = a; return a', { errorType: 'TypeError' }],
  ['answers too much', 'return "x".repeat(6 * 1024 * 1024)', { errorType: 'Function.ResponseSizeTooLarge' }],
])('a handler that %s gives a function error, and the function serves on', async (_, body, error) => {
  const { invoke } = await start([
    declaredFunction('faulty', `export const handler = async (e) => { if (e.ok) return 'ok'; ${body} }`),
  ])
  const failed = await invoke('faulty')
  expect(failed.functionError).toBe('Unhandled')
  expect(failed.value).toMatchObject(error)
  expect((await invoke('faulty', { ok: true })).value).toBe('ok')
})

test.each([
  ['a module that throws', 'throw new Error("at load")', 'index.handler', { errorMessage: 'at load' }],
  ['a syntax error', 'export const = ', 'index.handler', { errorType: 'Runtime.UserCodeSyntaxError' }],
  ['a missing file', '', 'other.handler', { errorType: 'Runtime.ImportModuleError' }],
  ['a missing export', 'export const other = 1', 'index.handler', { errorType: 'Runtime.HandlerNotFound' }],
  ['a bad name', '', 'handler', { errorType: 'Runtime.MalformedHandlerName' }],
  [
    'a callback',
    'export const handler = (event, context, callback) => callback(null, 1)',
    'index.handler',
    { errorType: 'Runtime.CallbackHandlerDeprecated' },
  ],
])('%s fails the start of the function', async (_, code, handler, error) => {
  const { invoke, lambda } = await start([declaredFunction('broken', code, { handler })])
  expect((await invoke('broken')).value).toMatchObject(error)
  await eventually(() => lambda.pids(functionArn('broken')).length === 0)
})

test("a package that is not bundled is not found in this machine's node_modules", async () => {
  const { invoke, directory } = await start([
    declaredFunction('unbundled', "import 'outside'; export const handler = async () => 1"),
    declaredFunction('required', { 'index.js': "exports.handler = async () => require('outside')" }),
  ])
  await mkdir(path.join(directory, 'node_modules/outside'), { recursive: true })
  await writeFile(path.join(directory, 'node_modules/outside/index.js'), 'module.exports = 1')
  expect((await invoke('unbundled')).value).toMatchObject({
    errorType: 'Runtime.ImportModuleError',
    errorMessage: expect.stringContaining("Cannot find 'outside' in the deployment package"),
  })
  expect((await invoke('required')).value.errorMessage).toContain("Cannot find 'outside'")
})

test.each([
  ['an ES module', { 'index.mjs': 'export const handler = async () => "esm"' }, 'index.handler', 'esm'],
  ['a CommonJS module', { 'index.js': 'exports.handler = async () => "cjs"' }, 'index.handler', 'cjs'],
  ['a .cjs file in a folder', { 'src/app.cjs': 'exports.run = async () => "cjs"' }, 'src/app.run', 'cjs'],
  ['an export of an object', { 'index.mjs': 'export const api = { go: async () => "o" }' }, 'index.api.go', 'o'],
  [
    'a module with a package.json that says so',
    { 'index.js': 'await 0; export const handler = async () => "esm"', 'package.json': '{"type":"module"}' },
    'index.handler',
    'esm',
  ],
  [
    'files beside it',
    { 'index.mjs': 'import { x } from "./x.mjs"; export const handler = async () => x', 'x.mjs': 'export const x = 7' },
    'index.handler',
    7,
  ],
])('loads a handler from %s', async (_, files, handler, value) => {
  const { invoke } = await start([declaredFunction('kinds', files, { handler })])
  expect((await invoke('kinds')).value).toBe(value)
})
