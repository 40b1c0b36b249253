/** Bundles what is measured, by default with the options that the deployed gateway is bundled with. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import { gatewayBundle } from '../../spoke/ingress/bundle.ts'

const PROJECT = path.join(import.meta.dirname, '..', '..')
/** A folder inside the project, so that a bundle finds packages that are not part of it. */
const DIRECTORY = path.join(PROJECT, '.local', 'bench')

export interface Bundle {
  readonly name: string
  readonly file: string
  readonly bytes: number
}

export async function bundle(name: string, entry: string, changes: BuildOptions = {}): Promise<Bundle> {
  const format = changes.format ?? gatewayBundle.format
  const file = path.join(DIRECTORY, `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.${format === 'esm' ? 'mjs' : 'cjs'}`)
  await build({
    ...gatewayBundle,
    ...changes,
    absWorkingDir: PROJECT,
    entryPoints: [entry],
    outfile: file,
    sourcemap: false,
    logLevel: 'silent',
  })
  return { name, file, bytes: (await stat(file)).size }
}

export const GATEWAY_ENTRY: string = gatewayBundle.entryPoints[0]

/** Other ways to bundle the gateway, for `--bundling`. */
export const BUNDLINGS: Readonly<Record<string, BuildOptions>> = {
  'as deployed': {},
  'not minified': { minify: false },
  'CommonJS sources (no tree shaking)': { mainFields: ['main', 'module'] },
  ESM: { format: 'esm' },
  'packages not bundled': { packages: 'external' },
}
