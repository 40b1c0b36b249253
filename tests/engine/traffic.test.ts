/** Deployments by the Pulumi CLI, while tenants are served. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LAPTOP } from '../../cli/demo/validate.ts'
import { setStatus } from '../../cli/tenant/items.ts'
import { functionName } from '../../shared/naming.ts'
import { callers } from '../deployments/callers.ts'
import { type DeployedByCli, deployByCli } from '../deployments/deploy.ts'
import { awaited, SHORT_TIER, type Standing, whileServed } from '../deployments/while-served.ts'
import { cli } from './cli.ts'

const quiet = { color: 'never' } as const

describe.skipIf(!cli)('while tenants are served', () => {
  let deployed: DeployedByCli
  let standing: Standing

  beforeAll(async () => {
    if (!cli) return
    deployed = await deployByCli(cli, { delayMilliseconds: 40 }, { 'spoke-tenant1': { tier: SHORT_TIER } })
    standing = { deployed, clients: callers(deployed, deployed.hub) }
  })
  afterAll(async () => {
    await deployed?.close()
  })

  whileServed(() => standing, {
    watchedMilliseconds: 0,
    judgeMove(share) {
      expect(share).toMatchObject({ failed: [], outageMilliseconds: 0 })
      expect(share?.answered).toBeGreaterThan(50)
    },
  })

  it('after all of it the states are what is there', async () => {
    const again = async (name: string) =>
      await (await deployed.engine.stack(name)).up({ ...quiet, refresh: true, expectNoChanges: true })
    await Promise.all(['spoke-tenant1', 'spoke-tenant3'].map(again))
  })

  it('a suspension is undone by neither an up nor a refresh, and only by resuming', async () => {
    const { cloud, hub } = deployed
    const wire = await cloud.wire.open(LAPTOP)
    const dynamodb = new DynamoDBClient({
      region: hub.region,
      credentials: cloud.signIn(),
      requestHandler: { httpsAgent: localAgent({ port: wire.port, caFile: cloud.authority.caFile }) },
    })
    const table = { dynamodb, tableName: hub.tableName }
    const status = async () => (await standing.clients.invoke('tenant1')).status
    try {
      await setStatus(table, 'tenant1', 'suspended', new Date())
      expect(await awaited('the suspension', status, (now) => now === 403)).toBe(403)
      const stack = await deployed.engine.stack('spoke-tenant1')
      await stack.setConfig('genai-hub-spoke:models["spare"]', { value: 'amazon.titan-text-lite-v1' }, true)
      const { summary } = await stack.up({ ...quiet, refresh: true })
      // The tenant's item, and not its status: the two policies name each model once.
      expect(summary.resourceChanges).toMatchObject({ update: 1 })
      // A cold function has only what the table says now.
      await cloud.lambda.stop(functionName('tenant1'))
      expect(await status()).toBe(403)
      await setStatus(table, 'tenant1', 'active', new Date())
      expect(await awaited('the end of it', status, (now) => now === 200)).toBe(200)
    } finally {
      dynamodb.destroy()
      await wire.close()
    }
  })
})
