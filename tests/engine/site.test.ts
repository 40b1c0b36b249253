/** The client's stack on the real engine: refused, previewed, made, changed, looked at again, and taken away. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli } from './cli.ts'
import { type Engine, startEngine } from './engine.ts'

const quiet = { color: 'never' } as const
const ORIGIN = 'https://chat.example.com'
const OBJECT = 'aws:s3/bucketObjectv2:BucketObjectv2'

describe.skipIf(!cli)('the client on the real engine', () => {
  let engine: Engine

  beforeAll(async () => {
    if (!cli) return
    engine = await startEngine(cli, { delayMilliseconds: 20 })
    await (await engine.stack('hub', { deletionProtection: 'false', keySetVia: 'table' })).up(quiet)
  })
  afterAll(async () => {
    await engine?.close()
  })

  const ofSite = () => engine.cloud.ledger.all().filter(({ urn }) => urn.includes(':pulumi:site::'))
  const keys = () =>
    engine.cloud.ledger
      .all(OBJECT)
      .map(({ inputs }) => String(inputs.key).replace(/-[A-Z0-9]{8}\./, '-HASH.'))
      .sort()

  it('is refused while the hub does not know it, and nothing is made', async () => {
    await expect((await engine.stack('site')).up(quiet)).rejects.toThrow(/userPoolDomain \{PREFIX\} -s hub/)
    expect(ofSite()).toEqual([])
    const hub = await engine.stack('hub', { userPoolDomain: 'genai-example', browserOrigin: ORIGIN })
    await hub.up(quiet)
  })

  it('is previewed without a change, and made; a second up finds nothing to do, nor does a refresh', async () => {
    const site = await engine.stack('site')
    await site.preview(quiet)
    expect(ofSite()).toEqual([])
    const { outputs } = await site.up(quiet)
    expect(outputs.url?.value).toBe(ORIGIN)
    expect(keys()).toEqual([
      'assets/app-HASH.css',
      'assets/app-HASH.js',
      'assets/icon-HASH.svg',
      'config.json',
      'index.html',
      'not-found.html',
    ])
    const { summary } = await site.up({ ...quiet, refresh: true, expectNoChanges: true })
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(['same'])
  })

  it('changes in place what a setting changes, and nothing else', async () => {
    const site = await engine.stack('site', { title: 'Another title', wafRateLimit: '500' })
    const { summary } = await site.up(quiet)
    expect(summary.resourceChanges).toMatchObject({ update: 4 })
    expect(summary.resourceChanges).not.toHaveProperty('replace')
  })

  it('goes, and leaves nothing', async () => {
    await (await engine.stack('site')).destroy(quiet)
    expect(ofSite()).toEqual([])
  })
})
