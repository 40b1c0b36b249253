/** A task that is killed: what its callers see, what the trail has, and that the next request is served. */
import { until } from '@genai/local-cloud/testing/until'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { LOCAL_FARGATE, localImages } from '../../cli/local/gateway-image.ts'
import { trailOf } from '../audit/read.ts'
import { type Fixture, gatewayOf, OK, startFixture } from './faults-fixture.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await startFixture({
    images: await localImages(),
    settings: {
      hub: { ...LOCAL_FARGATE, fargateVcpuLimit: '12' },
      'spoke-tenant1': { compute: 'fargate', tier: 'small' },
    },
  })
})
afterAll(() => fixture?.close())

const KILLED = { service: 'ecs', functionName: gatewayOf('tenant1') }
const model = { service: 'bedrock-runtime', account: '222222222222' }
const recorded = async () => (await trailOf(fixture)).filter(({ tenant }) => tenant === 'tenant1')
const served = () => until('the next task', async () => (await fixture.see('tenant1')).status === OK.status)

it('while it waits for the model: 502 of the load balancer, for this tenant only, and another task serves', async () => {
  const before = (await recorded()).length
  const seen = await fixture.under(
    [
      { where: model, fault: { kind: 'latency', milliseconds: 20_000 }, times: 1 },
      { where: KILLED, fault: { kind: 'kill', afterMilliseconds: 3_000 }, times: 1 },
    ],
    () => fixture.see('tenant1'),
  )
  expect(seen).toEqual({ status: 502, code: 'load balancer' })
  // It is in the trail all the same: the admission was printed before the model was asked.
  await until('the admission in the trail', async () => (await recorded()).length > before)
  const [admission, ...others] = (await recorded()).slice(before)
  expect(others).toEqual([])
  expect(admission).toMatchObject({
    phase: 'admission',
    tenant: 'tenant1',
    decision: 'allowed',
    user: expect.any(String),
    servedModel: expect.any(String),
  })
  expect(admission).not.toHaveProperty('status')
  await served()
})

it('while it streams: the answer breaks off, and the trail has its admission, by the caller, and no end', async () => {
  const before = (await recorded()).length
  const stream = async () =>
    await fixture
      .call({
        method: 'POST',
        path: '/tenant1/v1/chat/completions',
        token: await fixture.token('tenant1'),
        body: { model: 'nova-2-lite', stream: true, messages: [{ role: 'user', content: 'Who are you?' }] },
      })
      .then(
        ({ body }) => body,
        (error: Error) => error.message,
      )
  const got = await fixture.under(
    [
      {
        where: { ...model, operation: 'ConverseStream' },
        fault: { kind: 'streamPause', milliseconds: 6_000, afterEvents: 3 },
        times: 1,
      },
      { where: KILLED, fault: { kind: 'kill', afterMilliseconds: 1_500 }, times: 1 },
    ],
    stream,
  )
  expect(got).not.toContain('[DONE]')
  await until('the admission in the trail', async () => (await recorded()).length > before)
  const [admission, ...others] = (await recorded()).slice(before)
  expect(others).toEqual([])
  expect(admission).toMatchObject({
    phase: 'admission',
    tenant: 'tenant1',
    decision: 'allowed',
    user: expect.any(String),
  })
  await served()
})
