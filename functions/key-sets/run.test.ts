import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { StoredKeySet } from '../../shared/tenant.ts'
import { fetchKeySets, type Outcome } from './run.ts'

const jwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })
const SET = JSON.stringify({ keys: [{ ...jwk, kid: 'one' }] })

const issuer = (owner: string, host: string) => ({ owner, issuer: `https://${host}`, jwksUri: `https://${host}/keys` })

async function run(issuers: ReturnType<typeof issuer>[], answers: Readonly<Record<string, string>>) {
  const stored: StoredKeySet[] = []
  const asked: string[] = []
  const lines: Outcome[] = []
  const outcomes = await fetchKeySets(issuers, {
    now: () => 1000 + asked.length,
    async fetch(url) {
      asked.push(url)
      const answer = answers[new URL(url).hostname]
      if (answer === undefined) throw new Error('it answered 500')
      return answer
    },
    async store(set) {
      stored.push(set)
    },
    log: (line) => lines.push(line),
  })
  expect(lines).toHaveLength(outcomes.length)
  return { stored, asked, outcomes: outcomes.map(({ owner, outcome, reason }) => [owner, outcome, reason]) }
}

describe('fetchKeySets', () => {
  it('stores each owner’s set, with the time before it was asked for', async () => {
    const { stored, outcomes } = await run([issuer('@hub', 'a')], { a: SET })
    expect(stored).toEqual([{ tenantId: '@hub', issuer: 'https://a', keySet: expect.any(String), fetchedAt: 1000 }])
    expect(outcomes).toEqual([['@hub', 'fetched', undefined]])
  })

  it('stores nothing for one that fails or is invalid, and all others', async () => {
    const all = [issuer('@hub', 'a'), issuer('tenant1', 'down'), issuer('tenant2', 'html'), issuer('tenant3', 'b')]
    const { stored, outcomes } = await run(all, { a: SET, html: '<html>', b: SET })
    expect(stored.map(({ tenantId }) => tenantId).sort()).toEqual(['@hub', 'tenant3'])
    expect(outcomes).toContainEqual(['tenant1', 'failed', 'it answered 500'])
    expect(outcomes).toContainEqual(['tenant2', 'failed', 'it answered something that is no JSON'])
  })

  it('asks an address once, for all who trust it', async () => {
    const { stored, asked } = await run([issuer('tenant1', 'a'), issuer('tenant2', 'a')], { a: SET })
    expect(asked).toHaveLength(1)
    expect(stored.map(({ tenantId }) => tenantId)).toEqual(['tenant1', 'tenant2'])
  })
})
