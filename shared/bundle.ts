/**
 * Bundles a function's code during the program run, so that there is no build step to forget. Decision note 0002 says how the options were
 * chosen.
 */
import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import { type BuildOptions, build, type Plugin } from 'esbuild'

const PROJECT = join(import.meta.dirname, '..')
const FILE = 'handler.cjs'

/** The entry in Lambda's form: the bundle's file and the exported function. */
export const HANDLER = 'handler.handler'

/** The SDK's clients read their own version from their package.json, which would be in the bundle as a whole otherwise. */
const versionOnly: Plugin = {
  name: 'version-only',
  setup(bundler) {
    bundler.onLoad({ filter: /[\\/]@aws-sdk[\\/]client-[\w-]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8'))
      return { contents: JSON.stringify({ version }), loader: 'json' }
    })
  },
}

/** CommonJS starts faster than ESM on Lambda's Node. ESM sources are preferred, so that unused code is left out. */
export const BUNDLE_OPTIONS = {
  absWorkingDir: PROJECT,
  outfile: FILE,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  // Modules that the SDK's clients load and that are never used here.
  alias: Object.fromEntries(
    ['@aws-sdk/credential-provider-node', '@aws-sdk/token-providers', 'node:fs/promises', 'node:http2'].map((name) => [
      name,
      './functions/sdk-stubs.ts',
    ]),
  ),
  plugins: [versionOnly] as Plugin[],
  // The source map is a file beside the bundle: it is needed only to read stack traces, so Lambda does not load it.
  sourcemap: 'external',
} as const satisfies BuildOptions

export interface Bundle {
  /** The bundle's file, in a directory that is named after its content. */
  readonly file: string
  readonly sourceMapFile: string
  /** The SHA-256 of the bundle, in hexadecimal. */
  readonly sha256: string
}

/**
 * Bundles a function. The same sources give the same bytes and the same path.
 * @param entry its source file, relative to the project's folder
 * @param directory for bundles.
 * @default `.local/bundles` of the project
 */
export async function bundleFunction(entry: string, directory = join(PROJECT, '.local', 'bundles')): Promise<Bundle> {
  const { code, sourceMap, sha256, homes } = await compile(entry)
  const home = join(directory, sha256)
  const bundle = { file: join(home, FILE), sourceMapFile: join(home, `${FILE}.map`), sha256 }
  // A process that deploys many tenants writes the files for the first of them.
  if (homes.has(home) && existsSync(bundle.file) && existsSync(bundle.sourceMapFile)) return bundle
  // This may be the first step to make `.local`, whose keys and passwords only the user may read.
  await mkdir(home, { recursive: true, mode: 0o700 })
  await writeWhole(bundle.file, code)
  await writeWhole(bundle.sourceMapFile, sourceMap)
  homes.add(home)
  return bundle
}

interface Compiled {
  readonly code: Uint8Array
  readonly sourceMap: Uint8Array
  readonly sha256: string
  /** Every file of the project in the bundle, by path, with its state when it was read. */
  readonly sources: ReadonlyMap<string, string>
  /** The folders where this process has written it. */
  readonly homes: Set<string>
}

/** By entry. One process may deploy several tenants, whose gateways have the same code. */
const compiled = new Map<string, Promise<Compiled>>()

/**
 * Bundles an entry once in a process, and again if one of the project's files in it has changed. Packages are expected not to change while the
 * process runs.
 */
async function compile(entry: string): Promise<Compiled> {
  const before = compiled.get(entry)
  if (before && (await isCurrent(before))) return await before
  const made = compileNow(entry)
  compiled.set(entry, made)
  return await made
}

/** Most of a bundle's files belong to packages. Checking each of them again would take a tenth of the time of a tenant's deployment. */
const OF_A_PACKAGE = /(^|\/)node_modules\//

async function isCurrent(before: Promise<Compiled>): Promise<boolean> {
  try {
    const { sources } = await before
    return [...sources].every(([path, state]) => stateOf(path) === state)
  } catch {
    // A failed build is forgotten, because the next one may succeed.
    return false
  }
}

async function compileNow(entry: string): Promise<Compiled> {
  const started = BigInt(Date.now()) * 1_000_000n
  const { outputFiles, metafile } = await build({
    ...BUNDLE_OPTIONS,
    entryPoints: [entry],
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const code = outputFiles.find(({ path }) => path.endsWith(FILE))
  const sourceMap = outputFiles.find(({ path }) => path.endsWith('.map'))
  if (!code || !sourceMap)
    throw new Error(`esbuild made ${outputFiles.length} files. Expected: ${FILE} and its source map.`)
  return {
    code: code.contents,
    sourceMap: sourceMap.contents,
    sha256: createHash('sha256').update(code.contents).digest('hex'),
    sources: new Map(
      Object.keys(metafile.inputs)
        .filter((path) => !OF_A_PACKAGE.test(path))
        .map((path) => [path, stateOf(path, started)]),
    ),
    homes: new Set(),
  }
}

/**
 * The state of a source file, which changes when it is written.
 * @param readAfter a file that was written later may differ from what was read
 */
function stateOf(path: string, readAfter?: bigint): string {
  const file = statSync(resolve(PROJECT, path), { bigint: true, throwIfNoEntry: false })
  if (!file) return 'gone'
  return readAfter !== undefined && file.mtimeNs > readAfter ? 'not known' : `${file.mtimeNs} ${file.size}`
}

/**
 * The archive for Lambda. It is a file asset, because Pulumi keeps a text asset in full in its state, twice. Its path is relative, so that the
 * state contains nothing about the machine.
 */
export function functionArchive({ file }: Bundle): pulumi.asset.AssetArchive {
  return new pulumi.asset.AssetArchive({ [FILE]: new pulumi.asset.FileAsset(relative(process.cwd(), file)) })
}

/** Several deployments may share the directory, so a file is written elsewhere and renamed: readers never see half a file. */
async function writeWhole(file: string, contents: Uint8Array): Promise<void> {
  const unfinished = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`
  await writeFile(unfinished, contents)
  await rename(unfinished, file)
}
