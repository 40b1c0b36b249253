/** Faults of the function itself: killed, throttled, slow, out of time. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { calls, type Fixture, gatewayOf, OK, startFixture } from './faults-fixture.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await startFixture()
})
afterAll(() => fixture?.close())

const model = { service: 'bedrock-runtime', account: '222222222222' }
const tenant1 = { service: 'lambda', functionName: gatewayOf('tenant1') }

it('killed while it waits for the model: 502 of the load balancer, and the next request is served by a new process', async () => {
  const [before] = fixture.cloud.lambda.pids(String(fixture.functionOf('tenant1').outputs.arn))
  const seen = await fixture.under(
    [
      { where: model, fault: { kind: 'latency', milliseconds: 2_000 }, times: 1 },
      { where: tenant1, fault: { kind: 'kill', afterMilliseconds: 50 }, times: 1 },
    ],
    () => fixture.see('tenant1'),
  )
  expect(seen).toEqual({ status: 502, code: 'load balancer' })
  expect(await fixture.see('tenant1')).toEqual(OK)
  const [after] = fixture.cloud.lambda.pids(String(fixture.functionOf('tenant1').outputs.arn))
  expect(after).not.toBe(before)
  const ends = fixture.events.filter(
    (event) => event.source === 'lambda' && event.kind === 'exited' && event.pid === before,
  )
  expect(ends).toMatchObject([{ unexpected: true, reason: 'signal: killed' }])
})

it('a process that dies between two requests is not noticed', async () => {
  const [pid = 0] = fixture.cloud.lambda.pids(String(fixture.functionOf('tenant1').outputs.arn))
  process.kill(pid, 'SIGKILL')
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (fixture.cloud.lambda.pids(String(fixture.functionOf('tenant1').outputs.arn)).includes(pid)) return
      clearInterval(timer)
      resolve()
    }, 10)
  })
  expect(await fixture.see('tenant1')).toEqual(OK)
})

it('Lambda itself throttles or fails: 502 of the load balancer, for this tenant only', async () => {
  for (const fault of [{ kind: 'throttling' }, { kind: 'error', code: 'ServiceException', status: 500 }] as const) {
    const seen = await fixture.under([{ where: tenant1, fault }], () => fixture.see('tenant1'))
    expect(seen).toEqual({ status: 502, code: 'load balancer' })
  }
  expect(await fixture.see('tenant1')).toEqual(OK)
})

it('Lambda itself is slow: the answer, later, for this tenant only', async () => {
  const slow = fixture.cloud.faults.add({ where: tenant1, fault: { kind: 'latency', milliseconds: 400 } })
  const started = performance.now()
  expect(await fixture.unnoticed(() => fixture.see('tenant1'))).toEqual(OK)
  expect(performance.now() - started).toBeGreaterThan(400)
  expect(slow.hits).toBe(1)
  slow.remove()
})

it('a slow model of one tenant uses up its own concurrency, and nobody else waits', async () => {
  const limit = Number(fixture.functionOf('tenant1').outputs.reservedConcurrentExecutions)
  const slow = { where: model, fault: { kind: 'latency', milliseconds: 4_000 } } as const
  const seen = await fixture.under([slow], () =>
    Promise.all(Array.from({ length: limit + 3 }, () => fixture.see('tenant1'))),
  )
  const answered = seen.filter(({ status }) => status === 200)
  const throttled = seen.filter(({ status, code }) => status === 502 && code === 'load balancer')
  expect([answered.length, throttled.length]).toEqual([limit, 3])
})

it('a model that says nothing: 504 of the gateway, before Lambda cuts the function off', async () => {
  const seen = await fixture.changed(fixture.functionOf('tenant1'), { timeout: 4 }, () =>
    fixture.under([{ where: model, fault: { kind: 'silence' } }], () => fixture.see('tenant1')),
  )
  expect(seen).toEqual({ status: 504, code: 'model_timeout' })
  expect(fixture.events.filter((event) => event.source === 'lambda' && event.kind === 'timedOut')).toEqual([])
  expect(await fixture.see('tenant1')).toEqual(OK)
})

it('a step before the model that takes the whole time: 504 of the gateway as well', async () => {
  const silent = (['dynamodb', 'sts', 'cognito-idp'] as const).map((service) => ({
    where: calls(service),
    fault: { kind: 'silence' } as const,
  }))
  for (const rule of silent) {
    const seen = await fixture.changed(fixture.functionOf('tenant1'), { timeout: 2 }, () =>
      fixture.cloud.faults.during([rule], () => fixture.seeCold('tenant1')),
    )
    expect(seen).toEqual({ status: 504, code: 'deadline_exceeded' })
  }
  expect(fixture.events.filter((event) => event.source === 'lambda' && event.kind === 'timedOut')).toEqual([])
})
