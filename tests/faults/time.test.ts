/** What is held for a while: keys, items and credentials; when a change of them is obeyed, and how long an outage is bridged. */

import type { Declared } from '@genai/local-cloud/ledger/ledger'
import { until } from '@genai/local-cloud/testing/until'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cognitoClient, signIn } from '../../cli/hub/cognito.ts'
import { calls, type Fixture, OK, startFixture } from './faults-fixture.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await startFixture()
})
afterAll(() => fixture?.close())

const itemOf = (tenantId: string, name: string): Declared => {
  const found = fixture.cloud.ledger
    .all('aws:dynamodb/tableItem:TableItem')
    .find(
      ({ outputs }) =>
        outputs.hashKey !== undefined &&
        String(outputs.item).includes(`"${tenantId}"`) &&
        String(outputs.item).includes(`"${name}"`),
    )
  if (!found) throw new Error(`${tenantId} has no item ${name}`)
  return found
}

it('rotated keys under continuous traffic: not one request fails, with tokens of the old key and of the new one', async () => {
  const before = await fixture.token('tenant1')
  const users = cognitoClient(fixture.hub.region, { local: { port: fixture.wirePort, caFile: fixture.caFile } })
  const newest = () =>
    signIn(users, {
      clientId: fixture.hub.userPoolClientId,
      username: 'user@tenant1.example.com',
      password: 'correct horse battery staple A1!',
    })
  const answered: { readonly key: string; readonly status: number }[] = []
  let over = false
  const traffic = async (token: () => Promise<string>) => {
    while (!over) {
      const used = await token()
      const { status } = await fixture.call({
        method: 'POST',
        path: '/tenant1/invoke',
        token: used,
        body: { prompt: 'Hello' },
      })
      answered.push({ key: keyOf(used), status })
    }
  }
  expect(await fixture.see('tenant1')).toEqual(OK)
  await fixture.unnoticed(async () => {
    // One client keeps its token, another signs in for each request; the processes are warm and hold the old key set.
    const clients = [traffic(async () => before), traffic(newest)]
    const enough = (key: (kid: string) => boolean) => answered.filter((one) => key(one.key)).length >= 5
    await until('traffic before', async () => enough(() => true))
    await fixture.cloud.cognito.rotateKeys(fixture.hub.userPoolId)
    answered.length = 0
    await until(
      'traffic with both keys',
      async () => enough((kid) => kid === keyOf(before)) && enough((kid) => kid !== keyOf(before)),
    )
    over = true
    await Promise.all(clients)
  })
  users.destroy()
  expect(answered.filter(({ status }) => status !== 200)).toEqual([])
})

const keyOf = (token: string): string => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid

it('a changed item is obeyed by a warm process within its time to live; a removed one as well', async () => {
  const configuration = itemOf('tenant1', 'configuration')
  const renamed = String(configuration.outputs.item).replace(
    '"defaultModel":{"S":"nova-2-lite"}',
    '"defaultModel":{"S":"claude-haiku-4.5"}',
  )
  expect(renamed).not.toBe(configuration.outputs.item)
  const modelOf = async () => JSON.parse((await fixture.invoke('tenant1')).body).model
  expect(await modelOf()).toBe('nova-2-lite')
  await fixture.changed(configuration, { item: renamed }, async () => {
    await until('the changed item', async () => (await modelOf()) === 'claude-haiku-4.5')
  })
  await until('the item as it was', async () => (await modelOf()) === 'nova-2-lite')

  await fixture.unnoticed(() =>
    fixture.without([configuration], async () => {
      const unknown = async () => (await fixture.see('tenant1')).code === 'tenant_unknown'
      await until('the removed item', unknown)
    }),
  )
  await until('the item that is back', async () => (await fixture.see('tenant1')).status === 200)
})

it('STS down: a warm process goes on until its credentials expire, then 503; afterwards it recovers by itself', async () => {
  // Used up to five seconds before they expire, so for about three.
  const short = { where: calls('sts'), fault: { kind: 'shortSession', seconds: 8 } } as const
  await fixture.cloud.faults.during([short], async () => {
    expect(await fixture.seeCold('tenant1')).toEqual(OK)
    const down = { where: calls('sts'), fault: { kind: 'error', code: 'ServiceUnavailable', status: 503 } } as const
    await fixture.under([down], async () => {
      let bridged = 0
      const expired = async () => {
        const seen = await fixture.see('tenant1')
        if (seen.status === 200) bridged++
        else expect(seen).toEqual({ status: 503, code: 'credentials_unavailable', retryAfter: '5' })
        return seen.status !== 200
      }
      await until('the end of the credentials', expired)
      expect(bridged).toBeGreaterThan(0)
    })
    expect(await fixture.see('tenant1')).toEqual(OK)
  })
})

it('a table that is down is bridged as long as an item may be used, then 503', async () => {
  const down = { where: calls('dynamodb'), fault: { kind: 'throttling' } } as const
  // A new process has a new item.
  expect(await fixture.seeCold('tenant1')).toEqual(OK)
  await fixture.under([down], async () => {
    expect(await fixture.see('tenant1')).toEqual(OK)
    const unread = async () => (await fixture.see('tenant1')).code === 'routing_unavailable'
    expect(await until('the end of the item', unread)).toBeGreaterThan(1_000)
  })
  expect(await fixture.see('tenant1')).toEqual(OK)
})
