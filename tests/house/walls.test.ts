/** The linter's walls between folders: one forbidden import each, and one that is allowed, in a copy of its configuration. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, matchesGlob } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'

const CLOUD = 'packages/local-cloud'
const AGPL = '@cloud-copilot/iam-simulate'
const BY_NAME = '@genai/local-cloud/cloud'

/** By file: what it must not import, and what it may. */
const WALLS: Readonly<Record<string, { readonly forbidden: readonly string[]; readonly allowed: readonly string[] }>> =
  {
    'shared/a.ts': {
      forbidden: ['../hub/a.ts', '../spoke/a.ts', '../functions/a.ts', '../policy-pack/a.ts', BY_NAME, AGPL],
      allowed: ['./b.ts', '@pulumi/pulumi'],
    },
    'hub/a.ts': {
      forbidden: [
        '../spoke/a.ts',
        '../site/a.ts',
        '../functions/a.ts',
        '../cli/a.ts',
        `../${CLOUD}/src/cloud.ts`,
        BY_NAME,
        AGPL,
      ],
      allowed: ['../shared/a.ts'],
    },
    'spoke/a.ts': {
      forbidden: ['../hub/a.ts', '../functions/a.ts', '../proof/a.ts', BY_NAME, AGPL],
      allowed: ['../shared/contract.ts'],
    },
    'site/a.ts': {
      forbidden: ['../hub/a.ts', '../spoke/a.ts', '../functions/a.ts', './page/a.ts', '../cli/a.ts', BY_NAME, AGPL],
      allowed: ['../shared/contract.ts', './b.ts'],
    },
    'site/page/a.ts': {
      forbidden: ['../../hub/a.ts', '../../shared/contract.ts', '@pulumi/aws', 'node:fs', BY_NAME, AGPL],
      allowed: ['../../shared/cost.ts', './b.ts', 'lit-html'],
    },
    'functions/gateway/a.ts': {
      forbidden: [
        '../../hub/a.ts',
        '../../spoke/a.ts',
        '../../shared/naming.ts',
        '../../shared/settings/shapes.ts',
        BY_NAME,
        AGPL,
      ],
      allowed: [
        '../../shared/tenant.ts',
        '../../shared/gateway-settings.ts',
        '../../shared/limits.ts',
        '../../shared/usage-table.ts',
        '../../shared/cost.ts',
      ],
    },
    'policy-pack/rules/a.ts': {
      forbidden: ['../../hub/a.ts', '../../spoke/a.ts', '../../tests/a.ts', BY_NAME, AGPL],
      allowed: ['../../shared/cidr.ts'],
    },
    'cli/a.ts': {
      forbidden: ['../tests/a.ts', `../${CLOUD}/src/cloud.ts`, './testing/a.ts', AGPL],
      allowed: [BY_NAME, '../proof/a.ts', '../hub/a.ts', '../sample-organization.ts'],
    },
    'proof/a.ts': { forbidden: ['../tests/a.ts', `../${CLOUD}/src/cloud.ts`, AGPL], allowed: [BY_NAME, '../cli/a.ts'] },
    'sample-organization.ts': {
      forbidden: ['./hub/a.ts', './cli/a.ts', AGPL],
      allowed: ['./shared/a.ts', '@genai/local-cloud/organization'],
    },
    ...inCloud({
      'cloud.ts': {
        forbidden: ['../../../shared/cidr.ts', '../../../hub/a.ts', '../../../sample-organization.ts', BY_NAME, AGPL],
        allowed: ['./wire/wire.ts', './engine/in-process/in-process.ts'],
      },
      'aws/sts/a.test.ts': {
        forbidden: ['../../../../../functions/gateway/a.ts', '../../../../../hub/a.ts', BY_NAME],
        allowed: ['../../testing/a.ts', '../../network/reach.ts'],
      },
      'ledger/a.ts': { forbidden: ['../iam/a.ts', '../resource/a.ts', '../aws/a.ts'], allowed: ['../errors.ts'] },
      'iam/a.ts': { forbidden: ['../resource/a.ts', '../aws/iam/a.ts', AGPL], allowed: ['../ledger/a.ts'] },
      'iam/engine.ts': { forbidden: ['../aws/iam/a.ts', '../engine/a.ts'], allowed: [AGPL] },
      'resource/a.ts': { forbidden: ['../aws/a.ts', '../engine/a.ts'], allowed: ['../iam/a.ts', '../ledger/a.ts'] },
      'wire/a.ts': {
        forbidden: ['../aws/sts/a.ts', '../network/reach.ts', '../faults/a.ts', '../resource/a.ts'],
        allowed: ['../network/path.ts', '../iam/a.ts'],
      },
      'aws/registry.ts': { forbidden: ['../engine/a.ts', '../network/reach.ts'], allowed: ['./resource-types.ts'] },
      'aws/ec2/a.ts': {
        forbidden: ['../registry.ts', '../resource-types.ts', '../../network/reach.ts', '../../cloud.ts'],
        allowed: ['../iam/a.ts', '../../wire/a.ts', '../../network/path.ts', '../../resource/a.ts'],
      },
      'network/a.ts': { forbidden: ['../wire/a.ts', '../faults/a.ts', '../engine/a.ts'], allowed: ['../aws/ec2/a.ts'] },
      'faults/a.ts': { forbidden: ['../network/reach.ts', '../engine/a.ts'], allowed: ['../aws/sts/a.ts'] },
      'engine/a.ts': { forbidden: ['../wire/a.ts', '../faults/a.ts', '../cloud.ts'], allowed: ['../aws/registry.ts'] },
      'engine/in-process/a.ts': { forbidden: ['../provider/a.ts'], allowed: ['../wire-values.ts'] },
      'engine/provider/a.ts': { forbidden: ['../in-process/a.ts'], allowed: ['../wire-values.ts'] },
    }),
  }

function inCloud(walls: typeof WALLS): typeof WALLS {
  return Object.fromEntries(Object.entries(walls).map(([file, wall]) => [`${CLOUD}/src/${file}`, wall]))
}

interface Configuration {
  readonly overrides: readonly { readonly includes: readonly string[]; readonly linter: { readonly rules: object } }[]
}

const configurationOf = (folder: string): Configuration & Record<string, unknown> =>
  JSON.parse(readFileSync(join(PROJECT_DIRECTORY, folder, 'biome.json'), 'utf8'))

const directory = mkdtempSync(join(tmpdir(), 'walls-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function write(file: string, text: string): void {
  mkdirSync(dirname(join(directory, file)), { recursive: true })
  writeFileSync(join(directory, file), text)
}

/** Specifiers that the linter refuses, by file. */
function refused(): ReadonlyMap<string, readonly string[]> {
  write('biome.json', JSON.stringify({ ...configurationOf('.'), vcs: { enabled: false } }))
  for (const path of ['.ci/no-literal-spread.grit', `${CLOUD}/biome.json`])
    cpSync(join(PROJECT_DIRECTORY, path), join(directory, path))
  for (const [file, { forbidden, allowed }] of Object.entries(WALLS))
    write(file, [...forbidden, ...allowed].map((from) => `import '${from}'\n`).join(''))
  const biome = join(PROJECT_DIRECTORY, 'node_modules/@biomejs/biome/bin/biome')
  const args = [biome, 'lint', '--only=style/noRestrictedImports', '--max-diagnostics=none', '--reporter=json', '.']
  let output: string
  try {
    output = execFileSync(process.execPath, args, {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch (error) {
    // It ends with 1, as it is meant to find something.
    output = (error as { readonly stdout: string }).stdout
  }
  const found: {
    readonly diagnostics: readonly {
      readonly location: { readonly path: string; readonly start: { readonly line: number } }
    }[]
  } = JSON.parse(output)
  const byFile = new Map<string, string[]>()
  for (const { location } of found.diagnostics) {
    const wall = WALLS[location.path]
    const from = wall && [...wall.forbidden, ...wall.allowed][location.start.line - 1]
    if (from !== undefined) byFile.set(location.path, [...(byFile.get(location.path) ?? []), from])
  }
  return byFile
}

describe('the walls between folders', () => {
  const found = refused()

  it.each(Object.entries(WALLS))('%s', (file, { forbidden }) => {
    expect(new Set(found.get(file))).toEqual(new Set(forbidden))
  })

  it.each(['.', CLOUD])('of %s are all tried here', (folder) => {
    const walls = configurationOf(folder).overrides.filter((one) => JSON.stringify(one).includes('noRestrictedImports'))
    const untried = walls.filter(
      ({ includes }) => !Object.keys(WALLS).some((file) => matchesGlob(file, join(folder, includes[0] ?? ''))),
    )
    expect(walls.length).toBeGreaterThan(0)
    expect(untried).toEqual([])
  })
})
