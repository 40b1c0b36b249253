/** The tables of the package's README: made from the registries, so that they say what there is. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OPERATIONS_OF_APIS } from '../../src/aws/apis.ts'
import * as dataSources from '../../src/aws/data-sources.ts'
import { rowOf } from '../../src/aws/registry.ts'
import * as types from '../../src/aws/resource-types.ts'
import { OPERATIONS_OF } from '../../src/faults/services.ts'
import { refusalsOf } from './refusals.ts'

const AWS = join(import.meta.dirname, '../../src/aws')
export const README = join(import.meta.dirname, '../../README.md')

const code = (text: string) => `\`${text.replaceAll('|', '\\|')}\``

/** What a row need not say: an input that it requires is not there. */
const UNTOLD = 'MissingParameter'

/** By the name that a registry exports something as: the file that it is in. */
function filesOf(registry: string): ReadonlyMap<string, string> {
  const lines = readFileSync(join(AWS, registry), 'utf8').matchAll(/^export \{ (\w+) \} from '(\S+)'$/gm)
  return new Map([...lines].map(([, name = '', from = '']) => [name, join(AWS, from)]))
}

function services(): readonly string[] {
  const names = [...new Set([...Object.keys(OPERATIONS_OF), ...Object.keys(OPERATIONS_OF_APIS)])]
  const operations = (name: string) => [...(OPERATIONS_OF[name] ?? []), ...(OPERATIONS_OF_APIS[name] ?? [])]
  const rows = names.map((name) => [name, operations(name)] as const).sort(([one], [other]) => (one < other ? -1 : 1))
  return [
    '| service | operations |',
    '|---|---|',
    ...rows.map(([name, operations]) => `| ${code(name)} | ${[...operations].sort().map(code).join(', ')} |`),
  ]
}

function resourceTypes(): readonly string[] {
  const files = filesOf('resource-types.ts')
  const rows = Object.entries(types).map(([name, { type }]) => {
    const refusals = refusalsOf(files.get(name) ?? '', name)
    const { importId, refuseDelete, heldThrough, heldCode } = rowOf(type)
    const held = heldThrough?.length === 0 ? [] : [heldCode ?? 'DependencyViolation']
    const kept = [
      ...held.map((one) => `${code(one)} while other resources name it`),
      ...(refuseDelete ? ['in some of its own states'] : []),
    ]
    return [
      code(type.replace(/^aws:/, '')),
      refusals
        .filter((one) => one !== UNTOLD && !held.includes(one))
        .map(code)
        .join(' '),
      kept.join('; '),
      importId === 'never' ? 'cannot be imported' : typeof importId === 'object' ? code(importId.format) : 'its id',
    ]
  })
  rows.sort(([one = ''], [other = '']) => (one < other ? -1 : 1))
  return [
    '| resource type | error codes of its refusals, besides those for missing and unknown inputs | a deletion is refused | id for an import |',
    '|---|---|---|---|',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ]
}

function invokes(): readonly string[] {
  const tokens = Object.values(dataSources).map(({ token }) => token.replace(/^aws:/, ''))
  return [`Data sources: ${tokens.sort().map(code).join(', ')}.`]
}

/** Everything between the README's two marks. */
export const tables = (): string => [...services(), '', ...resourceTypes(), '', ...invokes()].join('\n')

export const MARKS = ['<!-- generated: npm run readme -w @genai/local-cloud -->', '<!-- end of generated -->'] as const

/** @throws Error when the marks are not there, or not in their order */
export function parts(readme: string): { readonly before: string; readonly between: string; readonly after: string } {
  const [start, end] = MARKS.map((mark) => readme.indexOf(mark))
  if (start === undefined || end === undefined || start < 0 || end < start)
    throw new Error(`README.md has not both marks: ${MARKS.join(' … ')}`)
  const from = start + MARKS[0].length
  return { before: readme.slice(0, from), between: readme.slice(from, end).trim(), after: readme.slice(end) }
}
