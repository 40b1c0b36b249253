/** The page's files: esbuild bundles them when somebody first opens the page, and they are cached until a source changes. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { LOCAL_DIRECTORY, PROJECT_DIRECTORY } from '../pulumi/stack-files.ts'

export interface Asset {
  readonly type: string
  readonly body: Buffer
}

const SOURCE = join(PROJECT_DIRECTORY, 'cli', 'console')
const PAGE = join(SOURCE, 'page')
const KEPT = join(LOCAL_DIRECTORY, 'console')

/** @returns the files by their paths */
export async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  const folder = join(KEPT, versionOf())
  const bundled = kept(folder) ?? (await bundle(folder))
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', body: readFileSync(join(PAGE, 'index.html')) }],
    ['/main.js', { type: 'text/javascript; charset=utf-8', body: bundled.script }],
    ['/style.css', { type: 'text/css; charset=utf-8', body: bundled.style }],
    ['/icon.svg', { type: 'image/svg+xml', body: readFileSync(join(PAGE, 'icon.svg')) }],
  ])
}

interface Bundled {
  readonly script: Buffer
  readonly style: Buffer
}

/** Changes with the page's sources, with the files of this folder that they import, and with the libraries' versions. */
function versionOf(): string {
  const hash = createHash('sha256')
  for (const folder of [SOURCE, PAGE])
    for (const name of readdirSync(folder).sort())
      if (/\.(ts|css)$/.test(name)) hash.update(name).update(readFileSync(join(folder, name)))
  const require = createRequire(import.meta.url)
  for (const library of ['uplot', 'esbuild']) hash.update(readFileSync(require.resolve(`${library}/package.json`)))
  return hash.digest('hex').slice(0, 32)
}

function kept(folder: string): Bundled | undefined {
  try {
    return { script: readFileSync(join(folder, 'main.js')), style: readFileSync(join(folder, 'style.css')) }
  } catch {
    return undefined
  }
}

async function bundle(folder: string): Promise<Bundled> {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: { main: join(PAGE, 'main.ts'), style: join(PAGE, 'style.css') },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    outdir: KEPT,
    logLevel: 'silent',
    legalComments: 'inline',
  })
  // Removes bundles of earlier versions of the page.
  rmSync(KEPT, { recursive: true, force: true })
  const file = (end: string) => Buffer.from(outputFiles.find(({ path }) => path.endsWith(end))?.contents ?? '')
  const bundled = { script: file('.js'), style: file('.css') }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const [name, body] of [
    ['main.js', bundled.script],
    ['style.css', bundled.style],
  ] as const) {
    // Two commands that start at the same time write the same files.
    const draft = join(folder, `${name}.${process.pid}`)
    writeFileSync(draft, body)
    renameSync(draft, join(folder, name))
  }
  return bundled
}
