/**
 * The gateway's code with a check taken out. The deployed code has no switch for its checks, and must not have one, so the
 * sources are edited while they are bundled. An edit that no longer fits its source is an error: the proof is then out of date.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ArchiveValue } from '@genai/local-cloud/ledger/ledger'
import { build, type Plugin } from 'esbuild'
import { gatewayBundle } from '../../../spoke/bundle.ts'
import type { CodeLayer } from '../layers.ts'

interface Edit {
  readonly file: string
  readonly from: string
  readonly to: string
}

/** Claims as they stand in whatever was sent, unverified. */
const UNVERIFIED = `
function unverified(authorization: string | null, ..._: readonly unknown[]): JWTPayload {
  try { return decodeJwt((authorization ?? '').replace(/^Bearer +/i, '').split(',')[0] ?? '') } catch { return {} }
}
`

const EDITS: Readonly<Record<CodeLayer, readonly Edit[]>> = {
  functionToken: [
    {
      file: 'authenticate.ts',
      from: 'const payload = await verify(bearerToken(authorization), options, "this gateway\'s user pool")\n    requireIdToken(payload, options.clientId)',
      to: 'const payload = unverified(authorization)',
    },
    {
      file: 'authenticate.ts',
      from: '\nexport function bearerToken(',
      to: `${UNVERIFIED}\nexport function bearerToken(`,
    },
    {
      file: 'authenticate-machine.ts',
      from: 'const payload = await verify(bearerToken(authorization), trust, whose)',
      to: 'const payload = unverified(authorization)',
    },
    { file: 'authenticate-machine.ts', from: 'trusted.audience !== undefined &&', to: 'false &&' },
    {
      file: 'authenticate-machine.ts',
      from: '\nfunction requireClaims(',
      to: `${UNVERIFIED}\nfunction requireClaims(`,
    },
    {
      file: 'authenticate-machine.ts',
      from: '\nimport { isMap }',
      to: "\nimport { decodeJwt, type JWTPayload } from 'jose'\nimport { isMap }",
    },
    { file: 'event.ts', from: '&& (values.length > 1 || headers.has(name))', to: '&& false' },
  ],
  tenantMatch: [
    { file: 'authenticate.ts', from: '    requireTenant(payload, options.tenantId)\n', to: '' },
    { file: 'authenticate-machine.ts', from: '    requireClaims(payload, trusted, name, caller)\n', to: '' },
    { file: 'path.ts', from: 'if (tenant !== tenantId) {', to: 'if (false) {' },
  ],
  // The item's status; what it lists is declared, and laid over.
  tableItem: [{ file: 'app.ts', from: 'if (tenant.suspended)', to: 'if (false)' }],
  functionRequest: [
    { file: 'app.ts', from: '  refuseQuery(incoming.query, operation.query)\n', to: '' },
    { file: 'event.ts', from: 'if (!PATH.test(path)) throw', to: 'if (false) throw' },
    { file: 'event.ts', from: 'if (url.pathname !== path) throw', to: 'if (false) throw' },
    { file: 'path.ts', from: "root === '' && TENANT_ID.test(tenant)", to: "root === ''" },
  ],
}

/** The function's package without these checks. @throws Error naming the edit that does not fit */
export async function gatewayWithout(checks: readonly CodeLayer[]): Promise<ArchiveValue> {
  const { outputFiles } = await build({
    ...gatewayBundle,
    sourcemap: false,
    write: false,
    logLevel: 'silent',
    plugins: [editing(checks.flatMap((check) => EDITS[check]))],
  })
  const file = outputFiles[0]
  if (!file) throw new Error('esbuild made no bundle of the gateway.')
  const asset = { asset: 'text', text: file.text, sha256: sha256(file.text) } as const
  return { archive: 'entries', entries: { [basename(file.path)]: asset }, sha256: sha256(asset.sha256) }
}

function editing(edits: readonly Edit[]): Plugin {
  return {
    name: 'checks-taken-out',
    setup(bundler) {
      bundler.onLoad({ filter: /functions[/\\]gateway[/\\].+\.ts$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8')
        return { contents: edits.filter(({ file }) => file === basename(path)).reduce(apply, source), loader: 'ts' }
      })
    },
  }
}

function apply(source: string, { file, from, to }: Edit): string {
  if (source.split(from).length !== 2)
    throw new Error(`A check cannot be taken out of functions/gateway/${file}: it does not hold once: ${from}`)
  return source.replace(from, () => to)
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
