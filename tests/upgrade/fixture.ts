/** What a version deployed, on disk: a resource a line, and of every variant but the first only what differs from the first. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findRow } from '@genai/local-cloud/aws/registry'
import type { Stack } from '@genai/local-cloud/engine/in-process/in-process'
import type { Declared, Properties, Value } from '@genai/local-cloud/ledger/ledger'
import type { Organization } from '@genai/local-cloud/organization'
import { canonical } from '@genai/local-cloud/resource/declare'

export interface DeployedStack extends Stack {
  readonly outputs: Properties
}

/** One set of stacks that was deployed together. */
export interface Deployed {
  readonly variant: string
  /** What was changed of the sample organisation. */
  readonly organization: Partial<Organization>
  readonly stacks: readonly DeployedStack[]
  readonly resources: readonly Declared[]
}

/** `outputs` are those that repeat no input. Dependencies are not kept: they neither replace nor delete. */
type Line = { readonly urn: string } & { readonly [key: string]: Value }

interface Written extends Omit<Deployed, 'resources'> {
  /** URNs of the first variant that this one does not have. */
  readonly without: readonly string[]
  /** Whole in the first variant; else what differs from it, and `null` for what is not there. */
  readonly resources: readonly Line[]
}

export const FIXTURES = join(import.meta.dirname, 'fixtures')

/** Versions of which there is one. */
export const fixtureNames = (): readonly string[] =>
  readdirSync(FIXTURES).flatMap((file) => /^(.+)(?<!\.states)\.json$/.exec(file)?.[1] ?? [])

export function writeFixture(name: string, all: readonly Deployed[]): void {
  const [first] = all
  const lines = new Map(first?.resources.map((one) => [one.urn, lineOf(one)]))
  const texts = all.map(({ resources, ...rest }) => {
    const urns = new Set(resources.map(({ urn }) => urn))
    const without = rest.variant === first?.variant ? [] : [...lines.keys()].filter((urn) => !urns.has(urn))
    const written = resources.flatMap((one): Line[] => {
      const changed = rest.variant === first?.variant ? lineOf(one) : changes(lines.get(one.urn) ?? {}, lineOf(one))
      return Object.keys(changed).length > 0 ? [{ ...changed, urn: one.urn }] : []
    })
    const head = JSON.stringify({ ...rest, without }).slice(0, -1)
    return `${head},"resources":[\n${written.map((line) => JSON.stringify(line)).join(',\n')}\n]}`
  })
  writeFileSync(join(FIXTURES, `${name}.json`), `[${texts.join(',\n')}]\n`)
}

export function readFixture(name: string): readonly Deployed[] {
  const written = JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), 'utf8')) as readonly Written[]
  const first = new Map(written[0]?.resources.map((line) => [line.urn, line]))
  return written.map(({ without, resources, ...rest }) => {
    const lines = new Map(first)
    for (const urn of without) lines.delete(urn)
    for (const line of resources) lines.set(line.urn, changed(lines.get(line.urn) ?? {}, line) as Line)
    return { ...rest, resources: [...lines.values()].map(declaredOf) }
  })
}

/** What a fixture keeps of a deployment, in the order in which it is read. */
export const kept = ({ resources, ...rest }: Deployed): Deployed => ({
  ...rest,
  resources: resources.map((one) => declaredOf(lineOf(one))).sort((a, b) => (a.urn < b.urn ? -1 : 1)),
})

function lineOf({ type: _, outputs, options, ...rest }: Declared): Line {
  const repeated = repeatedOutputs(rest)
  const own = Object.entries(outputs).filter(([key, value]) => canonical(value) !== canonical(repeated[key]))
  const { parent = null, protect, retainOnDelete } = options
  return withoutPaths({
    ...rest,
    outputs: Object.fromEntries(own),
    parent,
    ...(protect && { protect }),
    ...(retainOnDelete && { retainOnDelete }),
  })
}

function declaredOf({ parent, protect, retainOnDelete, ...line }: Line): Declared {
  const rest = line as unknown as Omit<Declared, 'type' | 'options'>
  const options = {
    ...(typeof parent === 'string' && { parent }),
    dependencies: [],
    protect: protect === true,
    retainOnDelete: retainOnDelete === true,
  }
  return { ...rest, type: typeOf(rest.urn), outputs: { ...repeatedOutputs(rest), ...rest.outputs }, options }
}

/** As the local cloud answers them (`answered` in declare.ts). */
function repeatedOutputs({ urn, region, inputs }: Pick<Declared, 'urn' | 'region' | 'inputs'>): Properties {
  const tagged = findRow(typeOf(urn))?.inputs.includes('tags') ?? false
  return { region, ...inputs, ...(tagged && { tagsAll: inputs.tags ?? {} }) }
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME` → `TYPE` */
export const typeOf = (urn: string): string => urn.split('::')[2]?.split('$').pop() ?? ''

/** Where a file was on the machine that recorded it says nothing: its hash does. */
function withoutPaths<T extends Value>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withoutPaths) as unknown as T
  const isFile = 'asset' in (value as Properties)
  const entries = Object.entries(value as Properties).map(([key, nested]): [string, Value] =>
    isFile && key === 'path' ? [key, String(nested).split('/').pop() ?? ''] : [key, withoutPaths(nested)],
  )
  return Object.fromEntries(entries) as T
}

/** Field by field, for `inputs` and `outputs` too. */
function changes(before: Properties, after: Properties, depth = 1): Properties {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const entries = names.flatMap((name): [string, Value][] => {
    const [old, now] = [before[name] ?? null, after[name] ?? null]
    if (canonical(old) === canonical(now)) return []
    return [[name, depth > 0 && isFields(old) && isFields(now) ? changes(old, now, depth - 1) : now]]
  })
  return Object.fromEntries(entries)
}

/** The inverse of {@link changes}. */
function changed(before: Properties, change: Properties, depth = 1): Properties {
  const after: Record<string, Value> = { ...before }
  for (const [name, now] of Object.entries(change)) {
    const old = before[name] ?? null
    if (now === null) delete after[name]
    else after[name] = depth > 0 && isFields(old) && isFields(now) ? changed(old, now, depth - 1) : now
  }
  return after
}

const isFields = (value: Value): value is Properties =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
