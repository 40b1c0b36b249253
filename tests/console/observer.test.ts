/** What an observer of the whole platform is told of a request, step by step. */
import type { Observed } from '@genai/local-cloud/observer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Platform, startPlatform } from '../platform/platform.ts'

let platform: Platform
let stop: () => void
const steps: Observed[] = []
beforeAll(async () => {
  platform = await startPlatform()
  await Promise.all(['tenant1', 'tenant2'].map((tenant) => platform.token(tenant)))
  stop = platform.cloud.watch((step) => steps.push(step))
})
afterAll(() => platform?.close())
beforeEach(() => void steps.splice(0))

const of = <Kind extends Observed['kind']>(kind: Kind) =>
  steps.filter((step): step is Extract<Observed, { kind: Kind }> => step.kind === kind)

describe('an observer is told', () => {
  it('the whole way of a request, in its order, and whose call is whose', async () => {
    expect((await platform.invoke('tenant1')).status).toBe(200)
    const [arrived] = of('arrived')
    expect(arrived).toMatchObject({ method: 'POST', target: '/tenant1/invoke' })
    expect(arrived?.path.hops.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['internet', 'dns', 'internetGateway', 'securityGroup', 'loadBalancer']),
    )
    const kinds = steps.filter((step) => 'traceId' in step).map(({ kind }) => kind)
    expect(kinds.slice(0, 4)).toEqual(['arrived', 'ruled', 'validated', 'forwarded'])
    expect(kinds.at(-1)).toBe('answered')
    expect(of('forwarded')[0]?.to).toMatchObject({
      kind: 'function',
      functionArn: expect.stringContaining('genai-gateway-tenant1'),
    })
    const root = arrived?.traceId
    expect(of('called').map(({ service }) => service)).toEqual(expect.arrayContaining(['dynamodb', 'sts']))
    // The SDK's clients pass it on.
    const calls = of('called').filter(({ traceId }) => traceId === root)
    const model = calls.find(({ service }) => service === 'bedrock-runtime')
    const across = model?.path.hops.filter(({ kind }) => kind === 'transitGateway')
    expect(across).toMatchObject([{ tableId: expect.stringMatching(/^tgw-rtb-/) }])
    const served = of('served').find(({ call }) => call === model?.call)
    expect(served).toMatchObject({ operation: 'Converse', status: 200, account: '222222222222' })
    const decisions = of('decided').filter(({ call }) => call === model?.call)
    expect(decisions).not.toHaveLength(0)
    for (const decision of decisions) expect(decision).toMatchObject({ action: 'bedrock:InvokeModel', allowed: true })
    expect(of('answered')).toMatchObject([{ status: 200, traceId: root }])
    expect(steps.map(({ at }) => at)).toEqual([...steps.map(({ at }) => at)].sort((a, b) => a - b))
  })

  it('what stopped a request, and why: the token, IAM, the network', async () => {
    const other = await platform.call({
      method: 'GET',
      path: '/tenant1/models',
      token: await platform.token('tenant2'),
    })
    expect(other.status).toBe(401)
    expect(of('validated')).toMatchObject([{ valid: false, reason: 'JWTClaimValueInvalid' }])
    expect(of('answered')).toMatchObject([{ status: 401, errorReason: 'JWTClaimValueInvalid' }])
    const route = platform.cloud.ledger
      .all('aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation')
      .filter(({ outputs }) => String(outputs.transitGatewayAttachmentId) !== '')
    const lost = () => of('connected').filter(({ outcome }) => !outcome.reachable)
    await platform.without(route, async () => {
      // Packets that are lost are waited for; nobody has to wait with them here.
      void platform.invoke('tenant1').catch(() => undefined)
      await expect.poll(lost).not.toHaveLength(0)
    })
    expect(of('declared').map(({ change }) => change.kind)).toEqual(expect.arrayContaining(['deleted', 'created']))
    expect(lost()[0]?.outcome).toMatchObject({
      layer: 'transitGateway',
      reason: expect.stringContaining('has no route to'),
    })
  })

  it('which fault hit it', async () => {
    const fault = platform.cloud.faults.add({
      where: { service: 'bedrock-runtime' },
      fault: { kind: 'throttling' },
      times: 1,
    })
    await platform.invoke('tenant1')
    fault.remove()
    expect(of('faulted')).toMatchObject([{ service: 'bedrock-runtime', fault: 'throttling', call: expect.any(Number) }])
  })

  it('no token, prompt or header', async () => {
    await platform.invoke('tenant1', { prompt: 'The word is xylophone.' })
    const told = JSON.stringify(steps)
    expect(told).not.toContain('xylophone')
    expect(told).not.toContain((await platform.token('tenant1')).slice(0, 40))
  })

  it('nothing any more, once it has ended', async () => {
    stop()
    await platform.invoke('tenant1')
    expect(steps).toEqual([])
  })
})
