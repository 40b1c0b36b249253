/** The table of settings in docs/settings.md, made of the same descriptions that the settings are read by. */
import type { Table } from './setting.ts'

export function settingsTable(table: Table): string {
  const rows = Object.entries(table).map(([name, { type, meaning, allowed, fallback }]) => {
    const text = fallback === 'required' ? '*required*' : fallback.text
    return `| \`${name}\` | ${type} | ${text} | ${meaning} | ${allowed} |`
  })
  return ['| Setting | Type | Default | Meaning | A bad value says: allowed |', '|---|---|---|---|---|', ...rows].join(
    '\n',
  )
}
