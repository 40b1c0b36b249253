/** What the commands that an error prints do to a stack's settings when somebody runs them as they are. */
import type { RawSettings } from '../shared/settings/setting.ts'

/** @throws Error for a line that is no `pulumi config` */
export function run(raw: RawSettings, line: string, stack: string): RawSettings {
  return line.split(' && ').reduce((settings, command) => runOne(settings, words(command), stack), raw)
}

function runOne(raw: RawSettings, [pulumi, config, verb, ...rest]: readonly string[], stack: string): RawSettings {
  const [flag, name] = rest.slice(-2)
  if (pulumi !== 'pulumi' || config !== 'config' || flag !== '-s' || name !== stack) throw new Error('no pulumi config')
  const args = rest.slice(0, -2)
  if (verb === 'rm') return Object.fromEntries(Object.entries(raw).filter(([key]) => key !== args[0]))
  if (verb !== 'set') throw new Error(`no verb of pulumi config: ${verb}`)
  if (args[0] !== '--path') return { ...raw, [args[0] ?? '']: args[1] ?? '' }
  const [, key = '', index, entry] = /^(\w+)\[(?:(\d+)|"([^"]*)")\]$/.exec(args[1] ?? '') ?? []
  const value: unknown = JSON.parse(raw[key] ?? (index === undefined ? '{}' : '[]'))
  if (Array.isArray(value)) value[Number(index)] = args[2]
  else (value as Record<string, unknown>)[entry ?? ''] = args[2]
  return { ...raw, [key]: JSON.stringify(value) }
}

/** As a shell splits a line, with nothing but plain words and single quotes in it. */
export function words(line: string): readonly string[] {
  return [...line.matchAll(/(?:'[^']*'|\\'|[^\s'\\])+/g)].map(([word]) =>
    word.replaceAll(
      /'([^']*)'|\\(')/g,
      (_, quoted: string | undefined, escaped: string | undefined) => quoted ?? escaped ?? '',
    ),
  )
}
