/** The part of docs/settings.md that is made of the tables of settings. `npm run docs` writes it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stacks.ts'
import { HUB_TABLE } from '../../shared/settings/hub-table.ts'
import { meaningsIn, settingsTable } from '../../shared/settings/markdown.ts'
import { SITE_TABLE } from '../../shared/settings/site-table.ts'
import { SPOKE_TABLE } from '../../shared/settings/spoke-table.ts'

export const SETTINGS_PAGE = join(PROJECT_DIRECTORY, 'docs/settings.md')

export function madeOfTables(): string {
  const meanings = meaningsIn(readFileSync(join(PROJECT_DIRECTORY, 'shared/tenant-settings.ts'), 'utf8'))
  return [
    '### Hub',
    settingsTable(HUB_TABLE, meanings),
    '### Spoke',
    settingsTable(SPOKE_TABLE, meanings),
    '### Client (role `site`)',
    settingsTable(SITE_TABLE, meanings),
  ].join('\n\n')
}

/** The page with `made` in place of what was made before. */
export function withMade(page: string, made: string): string {
  const [start, end] = ['<!-- settings:start -->', '<!-- settings:end -->']
  return `${page.slice(0, page.indexOf(start) + start.length)}\n${made}\n${page.slice(page.indexOf(end))}`
}
