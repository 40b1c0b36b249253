/** Previews of everything that the programs declare, with values that are not known yet: they answer, and change nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UNKNOWN } from '../../src/engine/wire-values.ts'
import type { Declared, Properties, Value } from '../../src/ledger/ledger.ts'
import { check, create, diff, update } from '../../src/testing/provider-calls.ts'
import { type Fixture, openFixture } from './provider-fixture.ts'
import { kinds, nameOf, type World } from './world.ts'

/** The inputs as they are known, one of them unknown as a whole, each text of one unknown, and all unknown. */
function partlyUnknown(inputs: Properties): readonly Properties[] {
  const names = Object.keys(inputs)
  return [
    Object.fromEntries(names.map((name) => [name, UNKNOWN])),
    ...names.flatMap((name) => [
      { ...inputs, [name]: UNKNOWN },
      { ...inputs, [name]: withoutTexts(inputs[name] ?? null) },
    ]),
  ]
}

function withoutTexts(value: Value): Value {
  if (typeof value === 'string') return UNKNOWN
  if (Array.isArray(value)) return value.map(withoutTexts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, nested]) => [name, withoutTexts(nested)]))
}

/** Files are sent as assets; what is said of one here is how it is kept. */
const hasFiles = ({ inputs }: Declared) => JSON.stringify(inputs).includes('"sha256"')

export const unknowns = (all: readonly World[]) =>
  describe('previews with values that are not known yet', () => {
    const stands: Fixture[] = []
    beforeAll(async () => {
      for (const world of all) stands.push(await openFixture(world))
    })
    afterAll(() => Promise.all(stands.map((fixture) => fixture.close())))

    it('answer for every resource and each of its inputs, and change nothing', async () => {
      const wrong: string[] = []
      let asked = 0
      for (const [index, { resources }] of all.entries()) {
        const fixture = stands[index]
        if (!fixture) continue
        const { version } = fixture.ledger
        for (const resource of kinds(resources)) {
          const { type, urn, id, account, inputs } = resource
          if (hasFiles(resource)) continue
          const client = fixture.client(account)
          for (const news of partlyUnknown(inputs)) {
            asked += 1
            try {
              const failures = await check(client, type, news)
              if (failures.length > 0) throw new Error(`check: ${failures.join('; ')}`)
              await diff(client, type, inputs, news)
              const made = await create(client, type, 'new', news, { preview: true })
              if (made.id !== '') throw new Error(`made ${made.id}`)
              await update(client, type, nameOf(resource), { id, olds: inputs, news, preview: true, urn })
            } catch (error) {
              wrong.push(`${nameOf(resource)} (${type}) ${JSON.stringify(news)}: ${error}`)
            }
          }
        }
        expect(fixture.ledger.version).toBe(version)
      }
      expect(wrong).toEqual([])
      expect(asked).toBeGreaterThan(800)
    })
  })
