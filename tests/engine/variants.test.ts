/** Every variant by the real engine: previewed, deployed, previewed again without a change, and destroyed, with every permission evaluated. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localImages } from '../../cli/local/gateway-image.ts'
import { PROVIDER } from '../../proof/prove/testbed/provider-people.ts'
import { organization as sample } from '../../sample-organization.ts'
import { stacksOf, VARIANTS } from '../upgrade/variants.ts'
import { cli } from './cli.ts'
import { type Engine, startEngine } from './engine.ts'

const quiet = { color: 'never' } as const

describe.skipIf(!cli).each(Object.entries(VARIANTS))('by the CLI: %s', (_, { organization, stacks }) => {
  let engine: Engine
  const names = Object.keys(stacks)
  beforeAll(async () => {
    if (!cli) return
    const images = await localImages()
    engine = await startEngine(cli, {
      delayMilliseconds: 0,
      organization: { ...sample, ...organization, images },
      websites: PROVIDER,
    })
    // The very settings: what a variant takes away of a file is not in it.
    for (const { stack, config } of stacksOf(stacks))
      engine.write(stack, stack === 'hub' ? { ...config, 'genai-hub-spoke:deletionProtection': 'false' } : config)
  })
  afterAll(async () => {
    await engine?.close()
  })

  const changes = async (name: string) => (await (await engine.stack(name)).preview(quiet)).changeSummary

  it('is previewed and deployed, and another preview finds nothing to do', async () => {
    for (const name of names) {
      const before = engine.cloud.ledger.version
      expect(Object.keys(await changes(name)).filter((op) => op !== 'read')).toEqual(['create'])
      expect(engine.cloud.ledger.version).toBe(before)
      await (await engine.stack(name)).up(quiet)
    }
    for (const name of names) expect(Object.keys(await changes(name)).filter((op) => op !== 'read')).toEqual(['same'])
  })

  it('is destroyed, the hub last, and nothing is left; nobody was refused anything', async () => {
    for (const name of names.toReversed()) await (await engine.stack(name)).destroy(quiet)
    expect(engine.cloud.ledger.all().map(({ urn }) => urn)).toEqual([])
    const asked = engine.events.filter((event) => event.kind === 'permission')
    expect(asked.length).toBeGreaterThan(100)
    expect(asked.filter((event) => event.kind === 'permission' && !event.allowed)).toEqual([])
  })
})
