import { expect, it } from 'vitest'
import { configurationItem } from './configuration-item.ts'
import { waitUntilAnswered, waitUntilDrained } from './wait-until-drained.ts'

const inputs = (endpoint: string, defaultModel = 'fast', version?: string) => ({
  item: configurationItem({
    tenantId: 'tenant1',
    item: 'configuration',
    account: '222222222222',
    models: { fast: 'amazon.nova-lite-v1:0' },
    defaultModel,
    roleArn: 'arn:aws:iam::222222222222:role/genai-models-tenant1',
    externalId: '111111111111/tenant1',
    endpoint,
    ...(version !== undefined && { guardrail: { id: 'gr1', version } }),
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

it('waits for the items to be read again, and for most calls, when the tenant has another guardrail than before', async () => {
  expect(await waited(inputs('vpce-1', 'fast', '1'), inputs('vpce-1', 'fast', '2'))).toEqual([70_000])
  expect(await waited(inputs('vpce-1'), inputs('vpce-1', 'fast', '1'))).toEqual([70_000])
  expect(await waited(inputs('vpce-1', 'fast', '1'), inputs('vpce-1', 'other', '1'))).toEqual([])
})

it('does not wait for any other change of the configuration', async () => {
  expect(await waited(inputs('vpce-old'), inputs('vpce-old', 'other'))).toEqual([])
})

it('waits for a function that is left, when the rule has moved to tasks, and for nothing else', async () => {
  const rule = (group: string) => ({
    actions: [{ type: 'jwt-validation' }, { type: 'forward', targetGroupArn: group }],
  })
  const answered = async (functionSeconds: number, before: string, after: string) => {
    const waits: number[] = []
    const wait = async (milliseconds: number) => void waits.push(milliseconds)
    await waitUntilAnswered(
      { tenantId: 'tenant1', functionSeconds },
      wait,
    )({
      oldInputs: rule(before),
      newInputs: rule(after),
    })
    return waits
  }
  expect(await answered(60, 'genai-tenant1', 'genai-tasks-tenant1')).toEqual([60_000])
  expect(await answered(60, 'genai-tasks-tenant1', 'genai-tasks-tenant1')).toEqual([])
  // No function was deployed, or it stays.
  expect(await answered(0, 'genai-tasks-tenant1', 'genai-tenant1')).toEqual([])
})
