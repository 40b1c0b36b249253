/** Every call of the AWS provider is asked for by the local cloud, or listed with the input that needs it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { resourceTypes } from '@genai/local-cloud/aws/registry'
import { CALLS_OF_SERVICES } from '@genai/local-cloud/resource/calls-on-behalf'
import { beforeAll, describe, expect, it } from 'vitest'
import { callsOf, recordLifeCycles, updatesOf } from '../policies/life-cycle.ts'
import { judged } from './exceptions.ts'
import { BEYOND, NOT_ASKED } from './provider-exceptions.ts'

const OPERATIONS = ['create', 'read', 'update', 'delete'] as const
type Operation = (typeof OPERATIONS)[number]
type Calls = Readonly<Record<Operation, ReadonlySet<string>>>

const graph: {
  readonly types: Readonly<Record<string, Readonly<Partial<Record<Operation | 'listTags' | 'updateTags', string[]>>>>>
} = JSON.parse(readFileSync(join(import.meta.dirname, 'provider-calls.json'), 'utf8'))

/** By type: what the local cloud asks for in each operation, over the recorded lives. */
const asked = new Map<string, Calls>()
/** The actions of every single operation. */
const together: (readonly string[])[] = []

beforeAll(async () => {
  for (const life of await recordLifeCycles())
    for (const resource of life.declared) {
      const calls = asked.get(resource.type) ?? noCalls()
      asked.set(resource.type, calls)
      const add = (operation: Operation, actions: readonly string[]) => {
        together.push(actions)
        for (const action of actions) (calls[operation] as Set<string>).add(action)
      }
      for (const operation of ['create', 'read', 'delete'] as const)
        add(
          operation,
          callsOf(life, resource, operation).map(({ action }) => action),
        )
      for (const update of updatesOf(life, resource))
        add(
          'update',
          update.map(({ action }) => action),
        )
    }
}, 300_000)

const noCalls = (): Calls => ({ create: new Set(), read: new Set(), update: new Set(), delete: new Set() })

/** `aws:ec2/vpc:Vpc` → `ec2/vpc` */
const short = (type: string) => type.split(':')[1] ?? type

describe('the calls of the AWS provider', () => {
  it('are known for every type of the local cloud', () => {
    expect(Object.keys(graph.types).sort()).toEqual([...resourceTypes()].sort())
  })

  it('are asked for, or need an input that the programs do not give', () => {
    expect(asked.size).toBeGreaterThan(50)
    const findings = [...asked].flatMap(([type, calls]) => {
      const { listTags = [], updateTags = [], ...known } = graph.types[type] ?? {}
      return OPERATIONS.flatMap((operation) => {
        const tags = operation === 'read' ? listTags : operation === 'update' ? updateTags : []
        return [...(known[operation] ?? []), ...tags]
          .filter((action) => !calls[operation].has(action))
          .map((action) => `${short(type)} ${operation} ${action}`)
      })
    })
    expect(judged(findings, NOT_ASKED)).toEqual({ unexcused: [], unneeded: [] })
  })

  it('and those of the services behind them are all that is asked for', () => {
    const ofServices = new Set(CALLS_OF_SERVICES.flatMap(({ also }) => also))
    const findings = [...asked].flatMap(([type, calls]) => {
      const known = new Set(Object.values(graph.types[type] ?? {}).flat())
      const all = new Set(OPERATIONS.flatMap((operation) => [...calls[operation]]))
      return [...all]
        .filter((action) => !known.has(action) && !ofServices.has(action))
        .map((action) => `${short(type)} ${action}`)
    })
    expect(judged(findings, BEYOND)).toEqual({ unexcused: [], unneeded: [] })
  })
})

describe('the ledger of services’ calls', () => {
  it.each(CALLS_OF_SERVICES)('$by: $also, says $source', ({ by, also, source }) => {
    expect(source).not.toBe('')
    const calling = together.filter((actions) => actions.includes(by))
    expect(calling.length).toBeGreaterThan(0)
    // Some are made on a condition only: an instance with a profile, an endpoint with private names.
    for (const action of also) expect(calling.some((actions) => actions.includes(action))).toBe(true)
  })
})
