/** Faults of the function itself: killed, throttled, slow, out of time. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { calls, gatewayOf, OK, type Stand, startStand } from './stand.ts'

let stand: Stand
beforeAll(async () => {
  stand = await startStand()
})
afterAll(() => stand?.close())

const model = { service: 'bedrock-runtime', account: '222222222222' }
const tenant1 = { service: 'lambda', functionName: gatewayOf('tenant1') }

it('killed while it waits for the model: 502 of the load balancer, and the next request is served by a new process', async () => {
  const [before] = stand.cloud.lambda.pids(String(stand.functionOf('tenant1').outputs.arn))
  const seen = await stand.under(
    [
      { where: model, fault: { kind: 'latency', milliseconds: 2_000 }, times: 1 },
      { where: tenant1, fault: { kind: 'kill', afterMilliseconds: 50 }, times: 1 },
    ],
    () => stand.see('tenant1'),
  )
  expect(seen).toEqual({ status: 502, code: 'load balancer' })
  expect(await stand.see('tenant1')).toEqual(OK)
  const [after] = stand.cloud.lambda.pids(String(stand.functionOf('tenant1').outputs.arn))
  expect(after).not.toBe(before)
  const ends = stand.events.filter(
    (event) => event.source === 'lambda' && event.kind === 'exited' && event.pid === before,
  )
  expect(ends).toMatchObject([{ unexpected: true, reason: 'signal: killed' }])
})

it('a process that dies between two requests is not noticed', async () => {
  const [pid = 0] = stand.cloud.lambda.pids(String(stand.functionOf('tenant1').outputs.arn))
  process.kill(pid, 'SIGKILL')
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (stand.cloud.lambda.pids(String(stand.functionOf('tenant1').outputs.arn)).includes(pid)) return
      clearInterval(timer)
      resolve()
    }, 10)
  })
  expect(await stand.see('tenant1')).toEqual(OK)
})

it('Lambda itself throttles or fails: 502 of the load balancer, for this tenant only', async () => {
  for (const fault of [{ kind: 'throttling' }, { kind: 'error', code: 'ServiceException', status: 500 }] as const) {
    const seen = await stand.under([{ where: tenant1, fault }], () => stand.see('tenant1'))
    expect(seen).toEqual({ status: 502, code: 'load balancer' })
  }
  expect(await stand.see('tenant1')).toEqual(OK)
})

it('Lambda itself is slow: the answer, later, for this tenant only', async () => {
  const slow = stand.cloud.faults.add({ where: tenant1, fault: { kind: 'latency', milliseconds: 400 } })
  const started = performance.now()
  expect(await stand.unnoticed(() => stand.see('tenant1'))).toEqual(OK)
  expect(performance.now() - started).toBeGreaterThan(400)
  expect(slow.hits).toBe(1)
  slow.remove()
})

it('a slow model of one tenant uses up its own concurrency, and nobody else waits', async () => {
  const limit = Number(stand.functionOf('tenant1').outputs.reservedConcurrentExecutions)
  const slow = { where: model, fault: { kind: 'latency', milliseconds: 4_000 } } as const
  const seen = await stand.under([slow], () =>
    Promise.all(Array.from({ length: limit + 3 }, () => stand.see('tenant1'))),
  )
  const answered = seen.filter(({ status }) => status === 200)
  const throttled = seen.filter(({ status, code }) => status === 502 && code === 'load balancer')
  expect([answered.length, throttled.length]).toEqual([limit, 3])
})

it('a model that says nothing: 504 of the gateway, before Lambda cuts the function off', async () => {
  const seen = await stand.changed(stand.functionOf('tenant1'), { timeout: 4 }, () =>
    stand.under([{ where: model, fault: { kind: 'silence' } }], () => stand.see('tenant1')),
  )
  expect(seen).toEqual({ status: 504, code: 'model_timeout' })
  expect(stand.events.filter((event) => event.source === 'lambda' && event.kind === 'timedOut')).toEqual([])
  expect(await stand.see('tenant1')).toEqual(OK)
})

it('a step before the model that takes the whole time: 504 of the gateway as well', async () => {
  const silent = (['dynamodb', 'sts', 'cognito-idp'] as const).map((service) => ({
    where: calls(service),
    fault: { kind: 'silence' } as const,
  }))
  for (const rule of silent) {
    const seen = await stand.changed(stand.functionOf('tenant1'), { timeout: 2 }, () =>
      stand.cloud.faults.during([rule], () => stand.seeCold('tenant1')),
    )
    expect(seen).toEqual({ status: 504, code: 'deadline_exceeded' })
  }
  expect(stand.events.filter((event) => event.source === 'lambda' && event.kind === 'timedOut')).toEqual([])
})
