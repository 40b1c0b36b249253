import { describe, expect, it } from 'vitest'
import type { Declared } from './declared.ts'
import { type Change, Ledger } from './ledger.ts'

const resource = (name: string): Declared => ({
  urn: `urn:pulumi:dev::p::t::${name}`,
  type: 't',
  id: name,
  account: '1',
  region: 'r',
  inputs: {},
  outputs: {},
  options: { dependencies: [], protect: false, retainOnDelete: false },
})
const created = (name: string): Change => ({ kind: 'created', resource: resource(name) })
const takesTime = ({ resource: { id } }: Change) => id === 'slow'
const names = (ledger: Ledger) => ledger.all().map(({ id }) => id)

describe('a change that takes its time', () => {
  it('is settled before what comes after it is there', async () => {
    const ledger = new Ledger()
    const seen: string[][] = []
    const settled = async () => void seen.push([...names(ledger)])
    await ledger.commit([created('before'), created('slow'), created('after')], { takesTime, settled })
    expect(seen).toEqual([['before', 'slow']])
    expect(names(ledger)).toEqual(['before', 'slow', 'after'])
  })

  it('that fails takes everything back, the last first', async () => {
    const ledger = new Ledger()
    const announced: string[] = []
    ledger.onChange(({ kind, resource: { id } }) => void announced.push(`${kind} ${id}`))
    const settled = () => Promise.reject(new Error('not steady'))
    const changes = [created('before'), created('slow'), created('after')]
    await expect(ledger.commit(changes, { takesTime, settled })).rejects.toThrow('not steady')
    expect(names(ledger)).toEqual([])
    expect(announced).toEqual(['created before', 'created slow', 'deleted slow', 'deleted before'])
  })
})
