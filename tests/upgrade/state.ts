/** The Pulumi CLI's states of a version's sample stacks, on disk: a resource a line, others named by their number. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Properties, Value } from '@genai/local-cloud/ledger/ledger'
import { canonical } from '@genai/local-cloud/resource/declare'
import type { Deployment } from '@pulumi/pulumi/automation/index.js'
import { FIXTURES } from './fixture.ts'

/** Of a state's resource, as much as is asked for here. */
type Resource = { readonly urn: string; readonly id?: string } & { readonly [key: string]: Value }

/** Says when and where a line was run, or is made anew by the engine. */
const LEFT_OUT = ['created', 'modified', 'sourcePosition', 'stackTrace', 'propertyDependencies']

/** The stacks of which the state is kept: another tenant's is the same. */
export const STATES = ['hub', 'spoke-tenant1'] as const

const fileOf = (version: string) => join(FIXTURES, `${version}.states.json`)

export const hasStates = (version: string): boolean => existsSync(fileOf(version))

export function writeStates(version: string, states: Readonly<Record<string, Deployment>>): void {
  const texts = STATES.map((stack) => {
    const resources: readonly Resource[] = states[stack]?.deployment.resources ?? []
    const numbers = new Map(resources.map(({ urn }, index) => [urn, index]))
    const lines = resources.map((one) => JSON.stringify(lineOf(one, numbers)))
    // With the tests' passphrase, for the few values that are secret.
    const head = JSON.stringify({ secrets_providers: states[stack]?.deployment.secrets_providers }).slice(0, -1)
    return `${JSON.stringify(stack)}:${head},"resources":[\n${lines.join(',\n')}\n]}`
  })
  writeFileSync(fileOf(version), `{${texts.join(',\n')}}\n`)
}

interface Written {
  readonly secrets_providers: Properties
  readonly resources: readonly Resource[]
}

/** Nothing is read from it. */
const MANIFEST = { time: '2026-11-30T00:00:00Z', magic: '', version: '' }

/** For `stack.importStack`. */
export function readStates(version: string): Readonly<Record<string, Deployment>> {
  const written = JSON.parse(readFileSync(fileOf(version), 'utf8')) as Readonly<Record<string, Written>>
  const states = Object.entries(written).map(([stack, { resources, ...rest }]): [string, Deployment] => {
    const all = resources.map((line) => resourceOf(line, resources))
    return [stack, { version: 3, deployment: { manifest: MANIFEST, ...rest, resources: all } }]
  })
  return Object.fromEntries(states)
}

function lineOf(resource: Resource, numbers: ReadonlyMap<string, number>): Properties {
  const { inputs = {}, outputs = {}, parent, provider, dependencies = [], ...rest } = resource
  const own = Object.entries(outputs as Properties).filter(
    ([name, value]) => canonical(value) !== canonical((inputs as Properties)[name]),
  )
  const numberOf = (urn: Value) => numbers.get(String(urn)) ?? null
  const line = {
    ...rest,
    inputs,
    outputs: Object.fromEntries(own),
    ...(parent !== undefined && { parent: numberOf(parent) }),
    // `URN::ID`
    ...(provider !== undefined && { provider: numberOf(String(provider).split('::').slice(0, -1).join('::')) }),
    dependencies: (dependencies as readonly string[]).map(numberOf),
  }
  return Object.fromEntries(Object.entries(line).filter(([name]) => !LEFT_OUT.includes(name)))
}

function resourceOf(line: Resource, lines: readonly Resource[]): Resource {
  const { inputs, outputs, parent, provider, dependencies, ...rest } = line
  const at = (number: Value | undefined) => lines[Number(number)]
  const of = at(provider)
  return {
    ...rest,
    inputs: inputs ?? {},
    outputs: { ...(inputs as Properties), ...(outputs as Properties) },
    ...(parent !== undefined && { parent: at(parent)?.urn ?? '' }),
    ...(of && provider !== undefined && { provider: `${of.urn}::${of.id}` }),
    dependencies: (dependencies as readonly number[]).map((number) => at(number)?.urn ?? ''),
  } as Resource
}
