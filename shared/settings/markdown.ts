/** The tables of docs/settings.md, made from the descriptions with which the settings are read. */
import type { Table } from './setting.ts'

/** @param meanings of settings whose rows have none, by name */
export function settingsTable(table: Table, meanings: ReadonlyMap<string, string>): string {
  const rows = Object.entries(table).map(([name, { type, meaning = meanings.get(name), allowed, fallback }]) => {
    if (meaning === undefined) throw new Error(`${name} says nowhere what it means. Write a comment above its row.`)
    const text = fallback === 'required' ? '*required*' : fallback.text
    return `| \`${name}\` | ${type} | ${text} | ${meaning} | ${allowed} |`
  })
  return [
    '| Setting | Type | Default | Meaning | Allowed (the error for a bad value says this) |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}

/**
 * The doc comments of a table's rows, which are the meanings of these settings: the gateway's bundle contains the rows of gateway-settings.ts,
 * but no comments.
 * @param source of a file with an object literal, with two spaces before each row
 */
export function meaningsIn(source: string): ReadonlyMap<string, string> {
  const rows = source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2}(\w+):/g)
  return new Map(
    [...rows].map(([, comment = '', name = '']) => [name, comment.replaceAll(/\s*\n\s*\* ?/g, ' ').trim()]),
  )
}
