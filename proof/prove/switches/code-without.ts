/**
 * The gateway's code without a check. The deployed code has no switch for its checks, and must not have one, so the sources are edited while
 * they are bundled. An edit that no longer fits its source is an error, because the proof is then out of date.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ArchiveValue } from '@genai/local-cloud/ledger/ledger'
import { build, type Plugin } from 'esbuild'
import { GATEWAY_SERVER } from '../../../shared/gateway-image.ts'
import { gatewayBundle } from '../../../spoke/ingress/bundle.ts'
import type { CodeLayer } from '../layers.ts'

interface Edit {
  readonly file: string
  readonly from: string
  readonly to: string
}

/** Reads claims from whatever was sent, without verification. */
const UNVERIFIED = `
function unverified(authorization: string | null, ..._: readonly unknown[]): JWTPayload {
  try { return decodeJwt((authorization ?? '').replace(/^Bearer +/i, '').split(',')[0] ?? '') } catch { return {} }
}
`

const EDITS: Readonly<Record<CodeLayer, readonly Edit[]>> = {
  functionToken: [
    {
      file: 'authenticate.ts',
      from: 'const payload = await verify(bearerToken(authorization), options, whose)',
      to: 'const payload = unverified(authorization) as Verified',
    },
    { file: 'authenticate.ts', from: '      requireAudience(payload, clientId)\n', to: '' },
    { file: 'authenticate.ts', from: '    requireIdToken(payload, clientId)\n', to: '' },
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
    { file: 'node-request.ts', from: '    requireOneAuthorization(message)\n', to: '' },
  ],
  tenantMatch: [
    { file: 'authenticate.ts', from: '    requireTenant(payload, tenantId)\n', to: '' },
    { file: 'authenticate.ts', from: '      requireClaim(payload, people, tenantId, { user: id })\n', to: '' },
    { file: 'authenticate-machine.ts', from: '    requireClaims(payload, trusted, name, caller)\n', to: '' },
    { file: 'authenticate-machine.ts', from: '    refuseOwnTenant(payload, trusted, caller)\n', to: '' },
    { file: 'path.ts', from: 'if (tenant !== tenantId) {', to: 'if (false) {' },
  ],
  // The item's status; the other attributes are declared, and are changed by other switches.
  tableItem: [{ file: 'request-checks.ts', from: 'if (tenant.suspended)', to: 'if (false)' }],
  functionRequest: [
    { file: 'request-checks.ts', from: '  refuseQuery(incoming.query, operation.query)\n', to: '' },
    { file: 'event.ts', from: 'if (!PATH.test(path)) throw', to: 'if (false) throw' },
    { file: 'event.ts', from: 'if (url.pathname !== path) throw', to: 'if (false) throw' },
    { file: 'path.ts', from: "root === '' && TENANT_ID.test(tenant)", to: "root === ''" },
  ],
}

/**
 * Bundles the function without these checks.
 * @throws Error that names the edit that does not fit
 */
export async function gatewayWithout(checks: readonly CodeLayer[]): Promise<ArchiveValue> {
  const { name, text } = await bundleWithout(checks, gatewayBundle.entryPoints, ['node-request.ts'])
  const asset = { asset: 'text', text, sha256: sha256(text) } as const
  return { archive: 'entries', entries: { [name]: asset }, sha256: sha256(asset.sha256) }
}

/**
 * Bundles the container's server without these checks.
 * @throws Error that names the edit that does not fit
 */
export const serverWithout = async (checks: readonly CodeLayer[]): Promise<string> =>
  (await bundleWithout(checks, [GATEWAY_SERVER], [])).text

/** @param others files that are only in the other bundle */
async function bundleWithout(checks: readonly CodeLayer[], entryPoints: readonly string[], others: readonly string[]) {
  const edits = checks.flatMap((check) => EDITS[check]).filter(({ file }) => !others.includes(file))
  const left = new Set(edits.map(({ file }) => file))
  const { outputFiles } = await build({
    ...gatewayBundle,
    entryPoints: [...entryPoints],
    sourcemap: false,
    write: false,
    logLevel: 'silent',
    plugins: [editing(edits, (file) => left.delete(file))],
  })
  const file = outputFiles[0]
  if (!file || left.size > 0) throw new Error(`esbuild made no bundle of the gateway that has ${[...left].join(', ')}.`)
  return { name: basename(file.path), text: file.text }
}

function editing(edits: readonly Edit[], met: (file: string) => void): Plugin {
  return {
    name: 'checks-taken-out',
    setup(bundler) {
      bundler.onLoad({ filter: /functions[/\\]gateway[/\\].+\.ts$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8')
        met(basename(path))
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
