/**
 * A function's code: bundled inside the program run, so that there is no build step to forget. docs/decisions says how the
 * options were chosen.
 */
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import { type BuildOptions, build } from 'esbuild'

const PROJECT = join(import.meta.dirname, '..')
const FILE = 'handler.cjs'

/** Lambda's name for the entry: the bundle's file, the exported function. */
export const HANDLER = 'handler.handler'

/** CommonJS starts faster than ESM on Lambda's Node; ESM sources first, so that what is not used is left out. */
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
  // What the SDK's clients load and nobody here uses.
  alias: Object.fromEntries(
    ['@aws-sdk/credential-provider-node', '@aws-sdk/token-providers', 'node:fs/promises', 'node:http2'].map((name) => [
      name,
      './functions/sdk-stubs.ts',
    ]),
  ),
  // Beside the bundle, not in it: stack traces are read with it, and Lambda does not have to load it.
  sourcemap: 'external',
} as const satisfies BuildOptions

export interface Bundle {
  /** The bundle's file, in a directory that is named by its content. */
  readonly file: string
  readonly sourceMapFile: string
  /** SHA-256 of the bundle, hexadecimal. */
  readonly sha256: string
}

/**
 * Bundles a function: same sources, same bytes, same path.
 * @param entry its source file, from the project's folder
 * @param directory where bundles are kept. @default `.local/bundles` of the project
 */
export async function bundleFunction(entry: string, directory = join(PROJECT, '.local', 'bundles')): Promise<Bundle> {
  const { code, sourceMap, sha256 } = await compile(entry)
  const home = join(directory, sha256)
  // It may be the first to make `.local`, whose keys and passwords are its user's alone.
  await mkdir(home, { recursive: true, mode: 0o700 })
  const bundle = { file: join(home, FILE), sourceMapFile: join(home, `${FILE}.map`), sha256 }
  await writeWhole(bundle.file, code)
  await writeWhole(bundle.sourceMapFile, sourceMap)
  return bundle
}

interface Compiled {
  readonly code: Uint8Array
  readonly sourceMap: Uint8Array
  readonly sha256: string
  /** Every file of the project that is in it, by path, and its state when it was read. */
  readonly sources: ReadonlyMap<string, string>
}

/** By entry. One process may deploy several tenants, whose gateways have the same code. */
const compiled = new Map<string, Promise<Compiled>>()

/** Compiles an entry once in a process, and again when one of its files has changed; packages stay as they are, as for the process itself. */
async function compile(entry: string): Promise<Compiled> {
  const before = compiled.get(entry)
  if (before && (await isCurrent(before))) return await before
  const made = compileNow(entry)
  compiled.set(entry, made)
  return await made
}

/** Most of a bundle's files: to look at each again would be a tenth of a tenant's deployment. */
const OF_A_PACKAGE = /(^|\/)node_modules\//

async function isCurrent(before: Promise<Compiled>): Promise<boolean> {
  try {
    const { sources } = await before
    return [...sources].every(([path, state]) => stateOf(path) === state)
  } catch {
    // It failed, and may succeed now.
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
  }
}

/** Of a source file: another one when it was written to. @param readAfter what was written later may not be what was read */
function stateOf(path: string, readAfter?: bigint): string {
  const file = statSync(resolve(PROJECT, path), { bigint: true, throwIfNoEntry: false })
  if (!file) return 'gone'
  return readAfter !== undefined && file.mtimeNs > readAfter ? 'not known' : `${file.mtimeNs} ${file.size}`
}

/**
 * The archive for Lambda. A file asset, because Pulumi keeps a text asset in its state in full, twice; its path is relative,
 * so that the state says nothing of the machine.
 */
export function functionArchive({ file }: Bundle): pulumi.asset.AssetArchive {
  return new pulumi.asset.AssetArchive({ [FILE]: new pulumi.asset.FileAsset(relative(process.cwd(), file)) })
}

/** Stacks deploy side by side and share the directory: a reader never sees half a file. */
async function writeWhole(file: string, contents: Uint8Array): Promise<void> {
  const unfinished = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`
  await writeFile(unfinished, contents)
  await rename(unfinished, file)
}
