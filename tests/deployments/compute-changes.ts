/** A tenant goes from Lambda to Fargate and back while it and another are served, by either engine; and what the two differ in. */
import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { callGateway } from '../../cli/demo/request.ts'
import { LOCAL_FARGATE } from '../../cli/local/gateway-image.ts'
import type { Share } from './callers.ts'
import type { Settings } from './deploy.ts'
import { SHORT_TIER, type Standing, typesOf } from './while-served.ts'

/** A picture of nearly 3.75 MB, which is what Bedrock takes at most: more than an invocation of a function may be. */
const PICTURE = `data:image/png;base64,iVBORw0KGgoA${'A'.repeat(4_900_000)}`
const PAUSE_MILLISECONDS = 6_000
const ON_FARGATE = { compute: 'fargate', tier: 'small' }
const ON_LAMBDA = { compute: 'lambda', tier: SHORT_TIER }

/** What these stacks are deployed with; the hub's images are `localImages()`. */
export const COMPUTE_SETTINGS: Settings = {
  // Room for one of each size at a time.
  hub: { fargate: 'true', fargateVcpuLimit: '12', gatewayBaseImage: LOCAL_FARGATE.gatewayBaseImage },
  'spoke-tenant1': { tier: SHORT_TIER },
}

export interface ComputeDifferences {
  /** Of the tenant that leaves Lambda. */
  readonly judgeLeavingLambda: (share: Share) => void
}

export function computeChanges(standing: () => Standing, differences: ComputeDifferences): void {
  async function changed(settings: typeof ON_FARGATE, judge: (share: Share) => void) {
    const { deployed, clients } = standing()
    for (const tenant of ['tenant1', 'tenant2']) expect((await clients.invoke(tenant)).status).toBe(200)
    const shares = await clients.during(['tenant1', 'tenant2'], async () => {
      await deployed.up('spoke-tenant1', settings)
    })
    for (const [tenant, share] of shares) {
      expect(share.answered).toBeGreaterThan(1)
      if (tenant === 'tenant1') judge(share)
      else expect(share.failed).toEqual([])
    }
    expect((await clients.invoke('tenant1')).status).toBe(200)
  }
  const tasks = () => typesOf(standing().deployed, 'spoke-tenant1').filter((type) => type.startsWith('aws:ecs/'))
  async function chat(body: object) {
    const { deployed, clients } = standing()
    const via = { port: deployed.port(), caFile: deployed.cloud.authority.caFile }
    const token = await clients.token('tenant1')
    const call = { method: 'POST', path: '/tenant1/v1/chat/completions', token } as const
    return await callGateway(deployed.hub.gatewayUrl, via, { ...call, body: { model: 'nova-2-lite', ...body } })
  }
  const picture = async () => {
    const content = [
      { type: 'text', text: 'What is it?' },
      { type: 'image_url', image_url: { url: PICTURE } },
    ]
    return await chat({ messages: [{ role: 'user', content }] })
  }

  it('a function refuses what is larger than an invocation may be', async () => {
    expect((await picture()).status).toBe(413)
  })

  it('to Fargate, while it is served: the other tenant has no outage', async () => {
    await changed(ON_FARGATE, differences.judgeLeavingLambda)
    expect(tasks()).toEqual(['aws:ecs/service:Service', 'aws:ecs/taskDefinition:TaskDefinition'])
  })

  it('a task takes what a function does not', async () => {
    const { status, body } = await picture()
    expect([status, body.slice(0, 300)]).toEqual([200, expect.stringContaining('"choices"')])
  })

  it('an up that replaces the task loses no request, waits for a stream, and does not cut it', async () => {
    const { deployed, clients } = standing()
    const rule = {
      where: { service: 'bedrock-runtime', operation: 'ConverseStream' },
      fault: { kind: 'streamPause', milliseconds: PAUSE_MILLISECONDS, afterEvents: 3 },
      times: 1,
    } as const
    await deployed.cloud.faults.during([rule], async () => {
      const streamed = chat({ stream: true, messages: [{ role: 'user', content: 'Who are you?' }] })
      await setTimeout(PAUSE_MILLISECONDS / 4)
      // What an upgrade does: another revision of the task, under traffic.
      const shares = await clients.during(['tenant1', 'tenant2'], () =>
        deployed.up('spoke-tenant1', { ...ON_FARGATE, tier: 'medium' }),
      )
      for (const [tenant, { answered, failed }] of shares) {
        expect([tenant, failed]).toEqual([tenant, []])
        expect(answered).toBeGreaterThan(1)
      }
      const { status, body, milliseconds } = await streamed
      expect(status).toBe(200)
      expect(body).toContain('"finish_reason":"stop"')
      expect(body.trimEnd().endsWith('data: [DONE]')).toBe(true)
      expect(milliseconds).toBeGreaterThanOrEqual(PAUSE_MILLISECONDS)
    })
    expect((await clients.invoke('tenant1')).status).toBe(200)
  })

  it('back to Lambda: no request of anybody fails, and nothing of the tasks is left', async () => {
    const { deployed } = standing()
    await changed(ON_LAMBDA, ({ failed }) => expect(failed).toEqual([]))
    expect(tasks()).toEqual([])
    expect(typesOf(deployed, 'spoke-tenant1')).toEqual(typesOf(deployed, 'spoke-tenant2'))
  })
}
