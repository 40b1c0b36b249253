/** The tables of docs/settings.md, made of the same descriptions that the settings are read by. */
import type { Table } from './setting.ts'

/** @param meanings of settings whose row has none, by name */
export function settingsTable(table: Table, meanings: ReadonlyMap<string, string>): string {
  const rows = Object.entries(table).map(([name, { type, meaning = meanings.get(name), allowed, fallback }]) => {
    if (meaning === undefined) throw new Error(`${name} says nowhere what it means. Write a comment above its row.`)
    const text = fallback === 'required' ? '*required*' : fallback.text
    return `| \`${name}\` | ${type} | ${text} | ${meaning} | ${allowed} |`
  })
  return ['| Setting | Type | Default | Meaning | Allowed (the error for a bad value says this) |', '|---|---|---|---|---|', ...rows].join(
    '\n',
  )
}

/**
 * Doc comments of the rows of a table. The gateway's bundle has the rows of gateway-settings.ts, and no comment.
 * @param source of a file with an object literal: two spaces before each row
 */
export function meaningsIn(source: string): ReadonlyMap<string, string> {
  const rows = source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2}(\w+):/g)
  return new Map(
    [...rows].map(([, comment = '', name = '']) => [name, comment.replaceAll(/\s*\n\s*\* ?/g, ' ').trim()]),
  )
}
