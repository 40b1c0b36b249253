/** The page's code and style, bundled inside the program run, so that there is no build step to forget. */
import { createHash } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'

const PROJECT = join(import.meta.dirname, '..')

const OPTIONS = {
  absWorkingDir: PROJECT,
  entryPoints: { app: 'site/page/main.ts', icon: 'site/page/icon.svg' },
  outdir: 'assets',
  entryNames: '[name]-[hash]',
  loader: { '.svg': 'copy' },
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  // Browsers of 2024 and later.
  target: ['chrome123', 'firefox125', 'safari17.4'],
  legalComments: 'none',
  charset: 'utf8',
  metafile: true,
  write: false,
  logLevel: 'silent',
} as const satisfies BuildOptions

export interface BuiltPage {
  readonly assets: readonly { readonly key: string; readonly contentType: string; readonly path: string }[]
  /** The keys in the bucket of some of the files. */
  readonly script: string
  readonly stylesheet: string
  readonly icon: string
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

/**
 * The same sources give the same bytes and the same names.
 * @param directory for the files.
 * @default `.local/site` of the project
 */
export async function buildPage(directory = join(PROJECT, '.local', 'site')): Promise<BuiltPage> {
  const { outputFiles } = await build(OPTIONS)
  const files = outputFiles.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const sha256 = createHash('sha256')
  for (const { path, contents } of files) sha256.update(basename(path)).update(contents)
  const home = join(directory, sha256.digest('hex'))
  // This may be the first step to make `.local`, whose keys and passwords only the user may read.
  await mkdir(home, { recursive: true, mode: 0o700 })
  const assets = await Promise.all(
    files.map(async ({ path, contents }) => {
      const file = join(home, basename(path))
      const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`
      await writeFile(draft, contents)
      await rename(draft, file)
      return { key: `assets/${basename(path)}`, contentType: contentTypeOf(path), path: file }
    }),
  )
  const one = (type: string) => {
    const found = assets.find(({ contentType }) => contentType === type)
    if (!found) throw new Error(`esbuild made no ${type} of the page.`)
    return found.key
  }
  return { assets, script: one('text/javascript'), stylesheet: one('text/css'), icon: one('image/svg+xml') }
}

function contentTypeOf(path: string): string {
  const type = CONTENT_TYPES[extname(path)]
  if (type === undefined) throw new Error(`The page's build has ${basename(path)}, whose content type is not known.`)
  return type
}
