/**
 * A setting of a tenant that its gateway is told is one row: in a copy of the project that has one more, nothing else is changed,
 * and it is read, refused, documented, written into the tenant's item and read from there.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, expectTypeOf, it } from 'vitest'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import type { Told, ToldBy } from '../../shared/gateway-settings.ts'
import type { SpokeSettings } from '../../shared/settings.ts'
import type { TenantConfiguration } from '../../shared/tenant-configuration.ts'
import type { IngressArgs } from '../../spoke/ingress/ingress.ts'

const ROW = `  /** Bytes that a prompt may have. */
  promptBytes: { is: 'whole number', least: 1, most: 1_000_000, fallback: 65_536 },
`

const USE = `
import { configurationItem, toldOf } from './spoke/ingress/configuration-item.ts'
import { parseTenant } from './functions/gateway/tenant-items.ts'
import { CONFIGURATION } from './functions/gateway/testing/support.ts'
import { readSettings } from './shared/settings/read.ts'
import { MADE_PARTS } from './tests/docs/made-parts.ts'
import { EFFECTS } from './tests/deployments/setting-changes.ts'
import { SETTINGS } from './tests/spoke-fixture.ts'
import { read, spoke } from './tests/settings.ts'

const { defaultModel: _, ...facts } = CONFIGURATION
function of(promptBytes) {
  const settings = read(spoke, { promptBytes })
  const item = JSON.parse(configurationItem({ ...facts, ...toldOf(settings) }))
  const { configuration } = parseTenant({ Items: [item] }, 'tenant1', 'us-east-1')
  return { setting: settings.promptBytes, attribute: item.promptBytes, read: configuration.promptBytes }
}
function error(run) {
  try { run() } catch (caught) { return String(caught.cause ?? caught) }
}
const damaged = { Items: [{ ...JSON.parse(configurationItem(CONFIGURATION)), promptBytes: { S: 'many' } }] }
console.log(JSON.stringify({
  set: of('5'),
  unset: of(undefined),
  refused: error(() => of('many')),
  damaged: error(() => parseTenant(damaged, 'tenant1', 'us-east-1')),
  documented: MADE_PARTS[0].make().split('\\n').find((line) => line.includes('promptBytes')),
  fixture: SETTINGS.promptBytes,
  effect: EFFECTS.spoke.promptBytes,
}))
`

const copy = mkdtempSync(join(tmpdir(), 'row-'))
beforeAll(() => {
  const kept = [
    'shared',
    'spoke',
    'hub',
    'functions',
    'cli',
    'tests',
    'proof',
    'docs',
    'packages',
    'sample-organization.ts',
  ]
  for (const path of [...kept, 'package.json'])
    cpSync(join(PROJECT_DIRECTORY, path), join(copy, path), {
      recursive: true,
      filter: (from) => !from.includes('node_modules') && !from.includes('fixtures'),
    })
  symlinkSync(join(PROJECT_DIRECTORY, 'node_modules'), join(copy, 'node_modules'))
  const table = join(copy, 'shared/gateway-settings.ts')
  const text = readFileSync(table, 'utf8')
  writeFileSync(
    table,
    text.replace('export const TOLD = {\n', (begin) => begin + ROW),
  )
  writeFileSync(join(copy, 'use.ts'), USE)
})
afterAll(() => rmSync(copy, { recursive: true, force: true }))

it('one row is enough', () => {
  const said = JSON.parse(execFileSync(process.execPath, ['use.ts'], { cwd: copy, encoding: 'utf8' }))
  expect(said.set).toEqual({ setting: 5, attribute: { N: '5' }, read: 5 })
  // What is deployed stays as it is.
  expect(said.unset).toEqual({ setting: 65_536, read: 65_536 })
  expect(said.refused).toContain(
    'promptBytes: "many" is not a whole number. Allowed: 1 to 1000000. Fix: pulumi config set promptBytes {NUMBER} -s spoke-tenant1',
  )
  expect(said.damaged).toBe('Error: promptBytes is malformed')
  expect(said.documented).toBe(
    '| `promptBytes` | whole number | `65536` | Bytes that a prompt may have. | 1 to 1000000. |',
  )
  expect(said.fixture).toBe(65_536)
  expect(said.effect).toBe('in place')
})

it('its type follows, wherever it is used', () => {
  type Rows = {
    readonly promptBytes: { readonly is: 'whole number'; readonly least: 1; readonly most: 9; readonly fallback: 5 }
    readonly tone: { readonly is: 'choice'; readonly of: readonly ['dry', 'warm']; readonly fallback: undefined }
    readonly quiet: { readonly is: 'true or false'; readonly fallback: false }
  }
  expectTypeOf<ToldBy<Rows>['promptBytes']>().toEqualTypeOf<number>()
  expectTypeOf<ToldBy<Rows>['tone']>().toEqualTypeOf<'dry' | 'warm' | undefined>()
  expectTypeOf<ToldBy<Rows>['quiet']>().toEqualTypeOf<boolean>()
  expectTypeOf<SpokeSettings>().toExtend<Told>()
  expectTypeOf<IngressArgs>().toExtend<Told>()
  expectTypeOf<TenantConfiguration>().toExtend<Told>()
})
