import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Bundle, functionArchive, HANDLER } from '../../shared/bundle.ts'
import { SPOKE_TABLE } from '../../shared/settings/spoke-table.ts'
import { bundleGateway, gatewayBundle } from './bundle.ts'

/** What Lambda adds to a function's own environment. */
const LAMBDA = {
  AWS_REGION: 'us-east-1',
  AWS_LAMBDA_FUNCTION_NAME: 'genai-gateway-tenant1',
  AWS_ACCESS_KEY_ID: 'access-key',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'session',
}

let directory: string
let bundle: Bundle
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bundles-'))
  bundle = await bundleGateway(directory)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(directory, { recursive: true })
})

describe('the gateway bundle', () => {
  it('exports the handler that Lambda is told of', () => {
    const [file, name] = HANDLER.split('.')
    expect(bundle.file.endsWith(`${file}.cjs`)).toBe(true)
    // As on Lambda, the module reads its environment when it is loaded.
    const environment = {
      TENANT_ID: 'tenant1',
      TABLE_NAME: 'genai-tenants',
      ISSUER: 'https://issuer',
      CLIENT_ID: 'client-1',
    }
    for (const [variable, value] of Object.entries({ ...environment, ...LAMBDA })) vi.stubEnv(variable, value)
    const exported = createRequire(import.meta.url)(bundle.file) as Record<string, unknown>
    expect(typeof exported[name ?? '']).toBe('function')
  })

  it('has the same bytes and path for the same sources, also when two are made at once', async () => {
    const others = await Promise.all([bundleGateway(directory), bundleGateway(directory)])
    for (const other of others) expect(other).toEqual(bundle)
    expect(await readdir(directory)).toEqual([bundle.sha256])
    expect((await readdir(dirname(bundle.file))).sort()).toEqual(['handler.cjs', 'handler.cjs.map'])
    const [code] = (await build({ ...gatewayBundle, write: false })).outputFiles.filter((one) =>
      one.path.endsWith('.cjs'),
    )
    expect(code?.text).toBe(await readFile(bundle.file, 'utf8'))
  })

  it('has no texts of settings in it, but their rows', async () => {
    const code = await readFile(bundle.file, 'utf8')
    const { meaning, allowed } = SPOKE_TABLE.limits
    for (const text of [meaning ?? '', allowed, 'The model for a request', 'pulumi config set'])
      expect(code).not.toContain(text.slice(0, 30))
    expect(code).toContain('machineIssuers:{read:')
  })

  it('says nothing of the machine that it was made on, in code or in state', async () => {
    const code = await readFile(bundle.file, 'utf8')
    expect(code).not.toContain(resolve(import.meta.dirname, '../..'))
    expect(code).not.toContain('sourceMappingURL')
    const assets = (await functionArchive(bundle).assets) as Record<string, pulumi.asset.FileAsset>
    const asset = assets['handler.cjs']
    expect(Object.keys(assets)).toEqual(['handler.cjs'])
    expect(pulumi.asset.FileAsset.isInstance(asset)).toBe(true)
    const path = (await asset?.path) ?? ''
    expect([isAbsolute(path), resolve(path)]).toEqual([false, bundle.file])
  })

  it('keeps the source map apart, and the code small', async () => {
    expect(JSON.parse(await readFile(bundle.sourceMapFile, 'utf8'))).toMatchObject({ version: 3 })
    expect((await readFile(bundle.file)).byteLength).toBeLessThan(475_000)
  })
})
