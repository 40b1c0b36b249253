/** An index answers what a search through everything would, whatever happened before; a draft, what its ledger would become. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Declared, Ledger, type LedgerView } from './ledger.ts'
import { Draft } from './ledger-draft.ts'
import { byId, byOutput, type Index } from './ledger-index.ts'

const TYPES = ['demo:a:A', 'demo:b:B']
const COLOURS = ['red', 'green', 'blue']

const resource = (name: number, type: string, colours: readonly string[]): Declared => ({
  urn: `urn:pulumi:test::test::${type}::${name}`,
  type,
  id: `id-${name % 4}`,
  account: '111111111111',
  region: 'us-east-1',
  inputs: {},
  outputs: { colour: colours[0] ?? null, colours },
  options: { dependencies: [], protect: false, retainOnDelete: false },
})

const resources = fc
  .tuple(fc.nat(7), fc.constantFrom(...TYPES), fc.array(fc.constantFrom(...COLOURS), { maxLength: 3 }))
  .map(([name, type, colours]) => resource(name, type, colours))
const changes = fc.array(fc.tuple(fc.boolean(), resources), { maxLength: 30 })

/** One resource under several keys, some of them twice, whatever its type. */
const BY_COLOURS: Index = { keysOf: ({ outputs }) => outputs.colours as readonly string[] }

const sorted = (found: readonly Declared[]) => found.map(({ urn }) => urn).sort()

function agrees(view: LedgerView): void {
  const all = view.all()
  for (const colour of COLOURS) {
    const having = all.filter(({ outputs }) => (outputs.colours as readonly string[]).includes(colour))
    expect(sorted(view.lookUp(BY_COLOURS, colour))).toEqual(sorted(having))
    for (const type of TYPES) {
      const ofType = all.filter((one) => one.type === type && one.outputs.colour === colour)
      expect(sorted(view.where(type, 'colour', colour))).toEqual(sorted(ofType))
      expect(view.findBy(type, 'colour', colour)).toBe(view.lookUp(byOutput(type, 'colour'), colour)[0])
    }
  }
  for (const { type, id, urn } of all) {
    expect(view.find(type, id)).toBe(view.lookUp(byId(type), id)[0])
    expect(view.find(type, id)?.id).toBe(id)
    expect(view.byUrn(urn)?.urn).toBe(urn)
  }
}

async function apply(view: Ledger | Draft, made: readonly (readonly [boolean, Declared])[]): Promise<void> {
  for (const [put, one] of made) await (put ? view.put(one) : view.delete(one.urn))
}

describe('an index', () => {
  it('agrees with a search, built before the changes, between them or after', async () => {
    await fc.assert(
      fc.asyncProperty(changes, changes, async (before, after) => {
        const ledger = new Ledger()
        agrees(ledger)
        await apply(ledger, before)
        agrees(ledger)
        await apply(ledger, after)
        agrees(ledger)
        agrees(new Ledger(ledger.all()))
      }),
    )
  })

  it('keeps its list until one of its resources changes', async () => {
    const ledger = new Ledger([resource(1, 'demo:a:A', ['red']), resource(2, 'demo:a:A', ['red'])])
    const red = ledger.where('demo:a:A', 'colour', 'red')
    await ledger.put(resource(3, 'demo:a:A', ['blue']))
    expect(ledger.where('demo:a:A', 'colour', 'red')).toBe(red)
    await ledger.put({ ...resource(1, 'demo:a:A', ['red']), account: '222222222222' })
    expect(ledger.where('demo:a:A', 'colour', 'red').map(({ account }) => account)).toEqual([
      '222222222222',
      '111111111111',
    ])
  })

  it('does not file what is no single value', () => {
    const ledger = new Ledger([resource(1, 'demo:a:A', ['red'])])
    expect(ledger.where('demo:a:A', 'colours', ['red'])).toEqual([])
  })
})

describe('a draft', () => {
  it('is what its ledger becomes by the same changes, and leaves the ledger alone', async () => {
    await fc.assert(
      fc.asyncProperty(changes, changes, async (before, after) => {
        const ledger = new Ledger()
        await apply(ledger, before)
        const was = ledger.all()
        const draft = new Draft(ledger)
        await apply(draft, after)
        agrees(draft)
        expect(ledger.all()).toEqual(was)
        await apply(ledger, after)
        expect(sorted(draft.all())).toEqual(sorted(ledger.all()))
      }),
    )
  })

  it('counts as changed when it or its ledger is', async () => {
    const ledger = new Ledger()
    const draft = new Draft(ledger)
    const versions = [draft.version]
    await ledger.put(resource(1, 'demo:a:A', []))
    versions.push(draft.version)
    await draft.put(resource(2, 'demo:a:A', []))
    versions.push(draft.version)
    expect(new Set(versions).size).toBe(3)
  })
})
