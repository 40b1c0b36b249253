/** The load balancer in front of addresses: what passes both ways, as it comes. */
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ContainerCloud, textOf } from '../../src/testing/container-cloud.ts'
import { until } from '../../src/testing/until.ts'

const MINUTES = 3 * 60_000

let here: ContainerCloud

beforeAll(async () => {
  here = await ContainerCloud.start()
  await here.deploy({ desiredCount: 1 })
  await here.open()
}, MINUTES)
afterAll(() => here.close(), MINUTES)

const logged = () => here.cloud.ecs.logs('server').map(({ line }) => line)

describe('a target at an address', () => {
  it('gets a body of 5 MB, whether its length is told or not, and the headers that AWS adds', async () => {
    const body = Buffer.alloc(5_000_000, 'x')
    for (const headers of [{ 'content-length': body.byteLength }, { 'transfer-encoding': 'chunked' }]) {
      const own = { host: 'example.com', 'user-agent': 'test', 'x-forwarded-for': '10.1.1.1', ...headers }
      const { sent, answer } = here.send('/t/echo?a=b', { method: 'POST', headers: own })
      sent.end(body)
      const got = JSON.parse(await textOf(await answer))
      expect(got.bytes).toBe(5_000_000)
      expect(got.headers).toMatchObject({
        host: 'example.com',
        'x-forwarded-for': '10.1.1.1, 198.51.100.10',
        'x-forwarded-proto': 'http',
        'x-forwarded-port': '80',
        'x-amzn-trace-id': expect.stringMatching(/^Root=1-/),
      })
    }
  })

  it('is heard as it speaks', async () => {
    const { sent, answer } = here.send('/t/stream?n=20')
    sent.end()
    const response = await answer
    const begun = performance.now()
    const [first] = await new Promise<[Buffer]>((resolve) => response.once('data', (chunk) => resolve([chunk])))
    expect(String(first)).toContain('data: 0')
    expect(String(first)).not.toContain('data: 19')
    await textOf(response)
    expect(performance.now() - begun).toBeGreaterThan(500)
  })

  it('waits for a client that reads slowly', async () => {
    const { sent, answer } = here.send('/t/flood')
    sent.end()
    const response = await answer
    response.pause()
    await pause(500)
    response.destroy()
    // The target went on into what is thrown away, and was not stopped by it.
    await until('it', () => logged().some((line) => line.startsWith('flood closed after 64')))
  })

  it('goes on when its client has left', async () => {
    const { sent, answer } = here.send('/t/stream?n=10')
    sent.end()
    const response = await answer
    response.destroy()
    const { arn } = here.cloud.ledger.all('aws:lb/loadBalancer:LoadBalancer')[0]?.outputs ?? {}
    expect(here.cloud.loadBalancer.accessLog(String(arn))).toEqual([])
    await until('it', () => here.told('request').some((event) => 'target' in event && event.target === '/t/stream'))
  })

  it('is told nothing of an upgrade, nor of a request for another path', async () => {
    const headers = { host: 'x', 'user-agent': 'x', upgrade: 'websocket', connection: 'upgrade' }
    const { sent, answer } = here.send('/t/who', { headers })
    sent.end()
    expect((await answer).statusCode).toBe(400)
    expect((await here.get('/other')).status).toBe(404)
  })

  it('is reached by nobody whom no rule lets in', () => {
    const [task] = here.tasks()
    if (!task) throw new Error('no task')
    const address = task.origin.privateIp
    const stranger = { kind: 'subnet', subnetId: task.origin.subnetId, securityGroupIds: [] } as const
    expect(here.cloud.ecs.connect(stranger, address, 8080)).toMatchObject({ layer: 'securityGroup' })
    expect(here.cloud.ecs.connect(task.origin, address, 8080)).toHaveProperty('localPort')
    expect(here.cloud.ecs.connect(task.origin, address, 80)).toMatchObject({ layer: 'endpoint' })
    expect(here.cloud.ecs.connect({ kind: 'internet', address: '198.51.100.1' }, address, 8080)).toMatchObject({
      layer: 'internet',
    })
  })
})

describe('with targets that see a client leave', () => {
  it('the connection ends', async () => {
    const other = await ContainerCloud.start({ targetSeesClientLeave: true })
    try {
      await other.deploy({ desiredCount: 1 })
      await other.open()
      const { sent, answer } = other.send('/t/flood')
      sent.end()
      const response = await answer
      response.pause()
      await pause(300)
      response.destroy()
      await until('it', () => other.cloud.ecs.logs('server').some(({ line }) => line.startsWith('flood closed after')))
      const [line] = other.cloud.ecs.logs('server').filter(({ line }) => line.startsWith('flood closed'))
      expect(Number(line?.line.split(' ').at(-1))).toBeLessThan(64e6)
    } finally {
      await other.close()
    }
  }, 180_000)
})
