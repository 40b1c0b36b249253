/** What the tests of faults share: calls as a client makes them, and a witness that another tenant notices nothing. */

import type { FaultRule, Where } from '@genai/local-cloud/faults/faults'
import type { Declared } from '@genai/local-cloud/ledger/ledger'
import { expect } from 'vitest'
import { type Platform, type PlatformOptions, startPlatform } from '../platform/platform.ts'

/** What a caller sees. */
export interface Seen {
  readonly status: number
  /** The gateway's code; `ok` of an answer, `load balancer` where it answered by itself. */
  readonly code: string
  readonly retryAfter?: string
}

export interface Fixture extends Platform {
  see(tenantId: string): Promise<Seen>
  /** The same in a new process, which holds no key, no item, no credentials and no connection. */
  seeCold(tenantId: string): Promise<Seen>
  /** Runs `work`; meanwhile another tenant goes on calling, and must see nothing of it. @param by @default tenant2 */
  unnoticed<T>(work: () => Promise<T>, by?: string): Promise<T>
  /** Runs `work` with the faults on, unnoticed by tenant2. */
  under<T>(rules: readonly FaultRule[], work: () => Promise<T>): Promise<T>
  /** The declared function of a tenant. */
  functionOf(tenantId: string): Declared
}

export const gatewayOf = (tenantId: string) => `genai-gateway-${tenantId}`

/** The calls of tenant1's function, and of nobody else, to a service. */
export const calls = (service: string, operation?: string): Where => ({
  service,
  functionName: gatewayOf('tenant1'),
  ...(operation !== undefined && { operation }),
})

const BASELINE_CALLS = 9
/** Between two calls of the witness: it shall notice, not be a load. */
const WITNESS_PAUSE_MS = 30

export async function startFixture(options: PlatformOptions = {}): Promise<Fixture> {
  const platform = await startPlatform(options)
  const see = async (tenantId: string): Promise<Seen> => {
    const { status, headers, body } = await platform.invoke(tenantId)
    const code = status === 200 ? 'ok' : (headers['x-error-code'] ?? 'load balancer')
    if (status === 200) expect(JSON.parse(body).tenant).toBe(tenantId)
    expect(body).not.toMatch(/\n\s+at |arn:aws|AKIA|ASIA|node:internal/)
    const retryAfter = headers['retry-after']
    return { status, code: String(code), ...(retryAfter !== undefined && { retryAfter: String(retryAfter) }) }
  }
  for (const tenantId of ['tenant1', 'tenant2']) expect(await see(tenantId)).toEqual(OK)
  const baseline: number[] = []
  for (let index = 0; index < BASELINE_CALLS; index++) baseline.push(await duration(() => see('tenant2')))
  // A new process of tenant1 takes most of a core for a moment, and the machine may be busy otherwise: this finds a call that
  // waits for another tenant's fault (they last seconds), not one that shares a processor.
  const tolerable = Math.max(10 * median(baseline), 1_000)

  async function unnoticed<T>(work: () => Promise<T>, by = 'tenant2'): Promise<T> {
    let over = false
    const witness = async () => {
      const durations: number[] = []
      while (!over || durations.length < 3) {
        durations.push(await duration(async () => expect(await see(by)).toEqual(OK)))
        await new Promise((resolve) => setTimeout(resolve, WITNESS_PAUSE_MS))
      }
      return durations
    }
    const witnessed = witness()
    try {
      const result = await work()
      over = true
      expect(median(await witnessed)).toBeLessThan(tolerable)
      return result
    } finally {
      over = true
      await witnessed.catch(() => {})
    }
  }

  return {
    ...platform,
    see,
    async seeCold(tenantId) {
      await platform.cloud.lambda.stop(gatewayOf(tenantId))
      return await see(tenantId)
    },
    unnoticed,
    under: (rules, work) => platform.cloud.faults.during(rules, () => unnoticed(work)),
    functionOf: (tenantId) => {
      const found = platform.cloud.ledger.findBy('aws:lambda/function:Function', 'name', gatewayOf(tenantId))
      if (!found) throw new Error(`there is no function ${gatewayOf(tenantId)}`)
      return found
    },
  }
}

export const OK: Seen = { status: 200, code: 'ok' }

async function duration(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
