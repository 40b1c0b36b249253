/** Load balancer and Lambda together: a function in a process of its own behind a listener. */
import { afterEach, expect, test } from 'vitest'
import type { Properties } from '../../ledger/ledger.ts'
import { declared, declaredFunction, startLambda } from '../lambda/testing.ts'
import {
  balancer,
  FORWARD,
  FUNCTION_ARN,
  listener,
  paths,
  rule,
  startLoadBalancer,
  TARGET_GROUP_ARN,
  targetGroup,
} from './testing.ts'

const CODE = `
export const handler = async ({ path }) => {
  if (path.endsWith('/wait')) await new Promise(() => {})
  if (path.endsWith('/throw')) throw new Error('in the function')
  if (path.endsWith('/slow')) await new Promise((resolve) => setTimeout(resolve, 300))
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ path, pid: process.pid }) }
}`

const permission = declared('aws:lambda/permission:Permission', 'permission', {
  action: 'lambda:InvokeFunction',
  function: 'target',
  principal: 'elasticloadbalancing.amazonaws.com',
  sourceArn: TARGET_GROUP_ARN,
})

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(more: Properties = {}) {
  const lambda = await startLambda([declaredFunction('target', CODE, more), permission])
  closing.push(lambda.close)
  const fixture = await startLoadBalancer(
    [balancer(), listener('HTTPS'), rule(1, [paths('/t/*')], [FORWARD]), ...targetGroup()],
    { lambda: lambda.lambda, surroundings: lambda.surroundings },
  )
  closing.push(fixture.close)
  return { ...fixture, ...(await fixture.open()), lambda: lambda.lambda }
}

const pidOf = (body: string) => (JSON.parse(body) as { pid: number }).pid

test('a request is answered by the function', async () => {
  const { send, sendHttp2, events } = await start()
  expect(JSON.parse((await send('/t/one')).body)).toMatchObject({ path: '/t/one' })
  expect(JSON.parse((await sendHttp2('/t/two')).body)).toMatchObject({ path: '/t/two' })
  expect(events).toMatchObject([{ status: 200, targetFunction: FUNCTION_ARN, lambdaRequestId: expect.any(String) }, {}])
})

test('a process that is killed in mid-request gives 502, and the next request is served by a new one', async () => {
  const { send, lambda } = await start()
  const pid = pidOf((await send('/t/x')).body)
  const waiting = send('/t/wait')
  await new Promise((resolve) => setTimeout(resolve, 100))
  process.kill(pid, 'SIGKILL')
  expect(await waiting).toMatchObject({ status: 502, body: expect.stringContaining('502 Bad Gateway') })
  const next = await send('/t/x')
  expect(next.status).toBe(200)
  expect(pidOf(next.body)).not.toBe(pid)
  expect(lambda.pids(FUNCTION_ARN)).toEqual([pidOf(next.body)])
})

test('an error of the function, its timeout and its throttling give 502', async () => {
  const { send, events } = await start({ timeout: 1, reservedConcurrentExecutions: 1 })
  expect((await send('/t/throw')).status).toBe(502)
  expect((await send('/t/wait')).status).toBe(502)
  const [first, second] = await Promise.all([send('/t/slow'), send('/t/slow')])
  expect([first.status, second.status].sort()).toEqual([200, 502])
  const reasons = events.map(({ errorReason }) => errorReason ?? 'none')
  expect(reasons.slice(0, 2)).toEqual(['LambdaUnhandled', 'LambdaUnhandled'])
  expect(reasons.slice(2).sort()).toEqual(['LambdaThrottling', 'none'])
})

test('without the permission the load balancer may not invoke the function: 502', async () => {
  const { send, ledger, events } = await start()
  expect((await send('/t/x')).status).toBe(200)
  await ledger.delete(permission.urn)
  expect((await send('/t/x')).status).toBe(502)
  expect(events.at(-1)?.errorReason).toBe('LambdaAccessDenied')
})
