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
  const [key = '', ...path] = stepsOf(args[1] ?? '')
  return { ...raw, [key]: JSON.stringify(withValue(raw[key] && JSON.parse(raw[key]), path, args[2])) }
}

/** `limits.models["fast"].tokensPerDay`, `availabilityZones[1]` */
const stepsOf = (path: string): readonly string[] =>
  [...path.matchAll(/\[(\d+)\]|\["([^"]*)"\]|\.?(\w+)/g)].map(([, index, entry, name]) => index ?? entry ?? name ?? '')

function withValue(into: unknown, [step, ...rest]: readonly string[], value: string | undefined): unknown {
  if (step === undefined) return value
  const given = (into ?? (/^\d+$/.test(step) ? [] : {})) as Record<string, unknown>
  const changed = withValue(given[step], rest, value)
  return Array.isArray(given) ? given.with(Number(step), changed) : { ...given, [step]: changed }
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
