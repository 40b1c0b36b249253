/** Parts of the documentation that are made of what the code says. `npm run docs` writes them, and tests hold the pages to them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { deployersMarkdown } from '../../shared/policies/deployers-markdown.ts'
import { HUB_TABLE } from '../../shared/settings/hub-table.ts'
import { meaningsIn, settingsTable } from '../../shared/settings/markdown.ts'
import { SITE_TABLE } from '../../shared/settings/site-table.ts'
import { SPOKE_TABLE } from '../../shared/settings/spoke-table.ts'

import { costsTable } from './costs-table.ts'

interface MadePart {
  readonly file: string
  /** Lines of the page that it stands between. */
  readonly between: readonly [begin: string, end: string]
  readonly make: () => string
}

/** The sample organisation's. */
const ACCOUNTS = { hub: '111111111111', tenant: '222222222222', site: '555555555555', region: 'us-east-1' } as const

export const MADE_PARTS: readonly MadePart[] = [
  {
    file: 'docs/settings.md',
    between: ['<!-- settings:start -->', '<!-- settings:end -->'],
    make() {
      const meanings = meaningsIn(readFileSync(join(PROJECT_DIRECTORY, 'shared/gateway-settings.ts'), 'utf8'))
      return [
        '### Hub',
        settingsTable(HUB_TABLE, meanings),
        '### Spoke',
        settingsTable(SPOKE_TABLE, meanings),
        '### Client (role `site`)',
        settingsTable(SITE_TABLE, meanings),
      ].join('\n\n')
    },
  },
  {
    file: 'docs/deployers.md',
    between: ['<!-- policies: begin -->', '<!-- policies: end -->'],
    make: () => deployersMarkdown(ACCOUNTS).trim(),
  },
  {
    file: 'docs/limits-and-costs.md',
    between: ['<!-- costs: begin -->', '<!-- costs: end -->'],
    make: costsTable,
  },
]

/** The page with the part as it is made now. */
export function withMade({ between: [begin, end], make }: MadePart, page: string): string {
  return `${page.slice(0, page.indexOf(begin) + begin.length)}\n${make()}\n${page.slice(page.indexOf(end))}`
}
