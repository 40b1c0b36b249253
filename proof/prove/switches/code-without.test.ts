/** The proof's edits of the gateway fit its sources: here, where a change of the gateway meets them first. */
import { expect, it } from 'vitest'
import type { CodeLayer } from '../layers.ts'
import { gatewayWithout } from './code-without.ts'

const CHECKS: readonly CodeLayer[] = ['functionToken', 'tenantMatch', 'functionRequest', 'tableItem']

it('taking a check out of the code changes the bundle for every check, and for no check nothing', async () => {
  const bundles = await Promise.all([[], ...CHECKS.map((check) => [check])].map((checks) => gatewayWithout(checks)))
  expect(new Set(bundles.map(({ sha256 }) => sha256)).size).toBe(CHECKS.length + 1)
})
