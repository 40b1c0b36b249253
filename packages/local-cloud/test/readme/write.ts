/** `npm run readme -w @genai/local-cloud`: writes the tables of the package's README anew. */
import { readFileSync, writeFileSync } from 'node:fs'
import { parts, README, tables } from './tables.ts'

const { before, after } = parts(readFileSync(README, 'utf8'))
writeFileSync(README, `${before}\n${tables()}\n${after}`)
