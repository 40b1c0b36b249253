/** Four ways in which a function gets the keys of the user pool: each must serve, and by the way that it says. */
import { afterEach, describe, expect, it } from 'vitest'
import { type Platform, startPlatform } from './platform.ts'

let platform: Platform | undefined
afterEach(async () => {
  await platform?.close()
  platform = undefined
})

describe('keySetVia', () => {
  it.each([
    ['endpoint', ['endpoint']],
    ['nat', ['service']],
    ['inline', []],
    ['table', []],
  ])('%s: a request is served, its keys fetched from %j', async (keySetVia, expected) => {
    platform = await startPlatform({ settings: { hub: { keySetVia } }, stacks: ['hub', 'spoke-tenant1'] })
    const answer = await platform.invoke('tenant1')
    expect({ status: answer.status, body: JSON.parse(answer.body) }).toMatchObject({
      status: 200,
      body: { tenant: 'tenant1' },
    })
    const targets = platform.events.flatMap((event) =>
      event.source === 'wire' &&
      event.kind === 'connection' &&
      event.from.kind === 'function' &&
      event.from.functionName === 'genai-gateway-tenant1' &&
      event.host.startsWith('cognito-idp.')
        ? ['target' in event.outcome ? event.outcome.target.kind : 'refused']
        : [],
    )
    expect([...new Set(targets)]).toEqual(expected)
  })
})
