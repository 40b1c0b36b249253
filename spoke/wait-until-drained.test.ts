import { expect, it } from 'vitest'
import { configurationItem } from './configuration-item.ts'
import { waitUntilDrained } from './wait-until-drained.ts'

const inputs = (endpoint: string, defaultModel = 'fast') => ({
  item: configurationItem({
    tenantId: 'tenant1',
    item: 'configuration',
    account: '222222222222',
    models: { fast: 'amazon.nova-lite-v1:0' },
    defaultModel,
    roleArn: 'arn:aws:iam::222222222222:role/genai-models-tenant1',
    externalId: '111111111111/tenant1',
    endpoint,
  }),
})

async function waited(before: ReturnType<typeof inputs>, after: ReturnType<typeof inputs>) {
  const waits: number[] = []
  const tier = { memoryMegabytes: 256, timeoutSeconds: 60, reservedConcurrency: 5 }
  await waitUntilDrained(
    { tenantId: 'tenant1', tier },
    async (milliseconds) => void waits.push(milliseconds),
  )({
    oldInputs: before,
    newInputs: after,
  })
  return waits
}

it('waits for the items to be read again and for the longest request, when the tenant has another endpoint', async () => {
  expect(await waited(inputs('vpce-old'), inputs('vpce-new'))).toEqual([70_000])
})

it('does not wait for any other change of the configuration', async () => {
  expect(await waited(inputs('vpce-old'), inputs('vpce-old', 'other'))).toEqual([])
})
