/**
 * Part of `npm run check`: the local cloud has to shrink against the product that it stands in for. Counted are all lines of
 * source files, comments and blank ones too; tests and what only tests use are not.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const PROJECT = join(import.meta.dirname, '..')
const PRODUCT = ['index.ts', 'main.js', 'hub', 'spoke', 'site', 'shared', 'functions']
const LOCAL_CLOUD = ['packages/local-cloud/src']
const MOST = 2.4

const SOURCE = /\.(ts|mjs|js)$/
const OF_TESTS = /\.test\.ts$|(^|\/)testing(\/|\.ts$)|(^|\/)test-[\w-]+\.ts$/

/** Lines below a path of the project. */
function lines(path: string): number {
  if (OF_TESTS.test(path)) return 0
  if (SOURCE.test(path)) return readFileSync(join(PROJECT, path), 'utf8').split('\n').length - 1
  if (statSync(join(PROJECT, path)).isFile()) return 0
  return readdirSync(join(PROJECT, path)).reduce((sum, name) => sum + lines(`${path}/${name}`), 0)
}

const sum = (paths: readonly string[]) => paths.map(lines).reduce((one, other) => one + other, 0)

const product = sum(PRODUCT)
const cloud = sum(LOCAL_CLOUD)
if (cloud > MOST * product) {
  process.stderr.write(
    `The local cloud has ${cloud} lines, ${(cloud / product).toFixed(2)} times the product's ${product}. Allowed: ${MOST} times.\n` +
      'What is only declared (a dashboard, a key, a link) is a row that refuses, not a service: packages/local-cloud/README.md.\n',
  )
  process.exitCode = 1
}
