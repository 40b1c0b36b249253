/** The lines that a shell must run to work with `npm run local`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PROJECT_DIRECTORY } from '../pulumi/stack-files.ts'
import { exportLines, quoted } from '../terminal/shell.ts'
import { UserError } from '../verb.ts'
import { caVariables, writeCaBundle } from './ca-bundle.ts'

/** Passphrase of a backend that stores only resources of the local cloud. It is constant, so that every shell and every run has it. */
const PASSPHRASE = 'local'

export interface LocalShell {
  /** Folder in which everything is kept. */
  readonly directory: string
  readonly caFile: string
  /** Value of `PULUMI_DEBUG_PROVIDERS`. */
  readonly debugProviders: string
  readonly wirePort: number
  /** Absent until the hub is deployed. */
  readonly gatewayUrl: string | undefined
}

/** Lines for any shell. */
export function shellLines({ directory, caFile, debugProviders, wirePort, gatewayUrl }: LocalShell): string {
  const backend = join(directory, 'backend')
  mkdirSync(backend, { recursive: true, mode: 0o700 })
  const lines = exportLines({
    PULUMI_DEBUG_PROVIDERS: debugProviders,
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
    ...caVariables(caFile, writeCaBundle(caFile)),
    ...connectionVariables({ caFile, wirePort }),
    ...(gatewayUrl !== undefined && { GATEWAY_URL: gatewayUrl }),
  })
  // The CLI runs programs with the first Node on the PATH, which may be too old for them.
  return `${lines}export PATH=${quoted(dirname(process.execPath))}:"$PATH"\n`
}

/** With these variables, a Node process connects to the local cloud under the real names of AWS's services, and never to AWS. */
export function connectionVariables({ caFile, wirePort }: Pick<LocalShell, 'caFile' | 'wirePort'>) {
  const preload = `--import=${pathToFileURL(join(PROJECT_DIRECTORY, 'packages/local-cloud/src/wire/agent-preload.mjs'))}`
  const others = (process.env.NODE_OPTIONS ?? '').split(' ').filter((option) => option !== '' && option !== preload)
  return {
    NODE_EXTRA_CA_CERTS: caFile,
    NODE_OPTIONS: [preload, ...others].join(' '),
    LOCAL_CLOUD_PORT: String(wirePort),
  }
}

/** @returns the name of the file */
export function keepShellLines(directory: string, lines: string): string {
  const file = join(directory, 'pulumi.env')
  writeFileSync(file, lines, { mode: 0o600 })
  return file
}

/** Whether this shell has sourced the lines, so that its `pulumi` deploys into the local cloud. */
export const isLocalShell = () => process.env.PULUMI_DEBUG_PROVIDERS !== undefined

/** @throws UserError in a shell that has sourced the lines, because it would not reach AWS */
export function requireShellOfAws(): void {
  if (isLocalShell())
    throw new UserError(
      'This shell works with a local cloud.',
      'Use another one for AWS, without PULUMI_DEBUG_PROVIDERS.',
    )
}
