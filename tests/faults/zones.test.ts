/** An endpoint's network interface that answers no more, in one zone and in both. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Fixture, OK, startFixture } from './faults-fixture.ts'

let fixture: Fixture
let endpoint: string
beforeAll(async () => {
  fixture = await startFixture()
  const found = fixture.cloud.ledger
    .all('aws:ec2/vpcEndpoint:VpcEndpoint')
    .find(({ account }) => account === '222222222222')
  endpoint = found?.id ?? ''
  expect(endpoint).not.toBe('')
})
afterAll(() => fixture?.close())

it.each(['use1-az1', 'use1-az2'])('%s down: a new process finds the address in the other zone', async (zoneId) => {
  const outage = fixture.cloud.faults.takeDown({ ownerId: endpoint, zoneId })
  expect(await fixture.unnoticed(() => fixture.seeCold('tenant1'))).toEqual(OK)
  outage.remove()
})

it('the zone that a connection leads to goes down: its request is 504, the next one connects to the other zone', async () => {
  await fixture.changed(fixture.functionOf('tenant1'), { timeout: 4 }, async () => {
    expect(await fixture.seeCold('tenant1')).toEqual(OK)
    const outage = fixture.cloud.faults.takeDown({ ownerId: endpoint, zoneId: zoneOfLastConnection() })
    expect(await fixture.unnoticed(() => fixture.see('tenant1'))).toEqual({ status: 504, code: 'model_timeout' })
    expect(await fixture.see('tenant1')).toEqual(OK)
    outage.remove()
  })
  expect(fixture.events.filter((event) => event.source === 'lambda' && event.kind === 'timedOut')).toEqual([])
})

it('both zones down: 503 as soon as no connection can be made, and nobody else notices', async () => {
  const outage = fixture.cloud.faults.takeDown({ ownerId: endpoint })
  const seen = await fixture.unnoticed(() => fixture.seeCold('tenant1'))
  expect(seen).toEqual({ status: 503, code: 'model_unreachable' })
  expect(outage.hits).toBeGreaterThan(1)
  outage.remove()
  expect(await fixture.see('tenant1')).toEqual(OK)
})

/** Subnet, and so zone, of the interface that the last call to a model of tenant1 arrived at. */
function zoneOfLastConnection(): string {
  const last = fixture.events.findLast(
    (event) =>
      event.source === 'wire' &&
      event.kind === 'connection' &&
      event.host.includes('bedrock-runtime') &&
      event.outcome.reachable,
  )
  const address =
    last?.source === 'wire' && last.kind === 'connection' && last.outcome.reachable ? last.outcome.address : ''
  const subnets = fixture.cloud.ledger.all('aws:ec2/subnet:Subnet').filter(({ account }) => account === '222222222222')
  const inside = (block: string) => {
    const [base = '', prefix = ''] = block.split('/')
    const number = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
    const size = 2 ** (32 - Number(prefix))
    return Math.floor(number(base) / size) === Math.floor(number(address) / size)
  }
  const subnet = subnets.find(({ outputs }) => inside(String(outputs.cidrBlock)))
  return String(subnet?.outputs.availabilityZoneId)
}
