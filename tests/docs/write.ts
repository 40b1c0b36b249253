/** `npm run docs`: writes the parts of the documentation that are made of what the code says. */
import { readFileSync, writeFileSync } from 'node:fs'
import { madeOfTables, SETTINGS_PAGE, withMade } from './settings-page.ts'

writeFileSync(SETTINGS_PAGE, withMade(readFileSync(SETTINGS_PAGE, 'utf8'), madeOfTables()))
