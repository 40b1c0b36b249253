/** A service as the Pulumi CLI makes it: the provider waits as AWS's does, and meanwhile others go on. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Providers, serveProviders } from '../../src/engine/provider/provider.ts'
import { ContainerCloud } from '../../src/testing/container-cloud.ts'
import { connectTo, create, partialOf, read, remove, urnOf } from '../../src/testing/provider-calls.ts'

const MINUTES = 3 * 60_000
const SERVICE = 'aws:ecs/service:Service'
const VPC = 'aws:ec2/vpc:Vpc'

let here: ContainerCloud
let providers: Providers
let client: Awaited<ReturnType<typeof connectTo>>

beforeEach(async () => {
  here = await ContainerCloud.start()
  const { ledger, organization, waits } = here.cloud
  providers = await serveProviders({ ledger, organization, waits, uploads: '' })
  client = await connectTo(providers.aws)
}, MINUTES)
afterEach(async () => {
  client.close()
  await providers.close()
  await here.close()
}, MINUTES)

it(
  'a creation is answered when the service is steady, and a deletion when its last task is gone',
  async () => {
    const order: string[] = []
    const service = create(client, SERVICE, 'server', here.service()).then((made) => {
      order.push('service')
      return made
    })
    await create(client, VPC, 'other', { cidrBlock: '10.9.0.0/16' })
    order.push('network')
    const { id, outputs } = await service
    expect(order).toEqual(['network', 'service'])
    expect(here.tasks().map(({ healthy }) => healthy)).toEqual([true, true])
    // Where its tasks are is no part of it to AWS, and no drift.
    expect(outputs).not.toHaveProperty('elasticNetworkInterfaces')
    const found = await read(client, SERVICE, 'server', id, here.service())
    expect(found.outputs).not.toHaveProperty('elasticNetworkInterfaces')
    const [task] = here.tasks()
    await remove(client, SERVICE, 'server', id, here.service(), urnOf(SERVICE, 'server'))
    expect(() => process.kill(task?.pid ?? 0, 0)).toThrow('ESRCH')
  },
  MINUTES,
)

it(
  'a service that does not come up is there all the same, and said so',
  async () => {
    await here.allow('logs:*')
    const failed = await create(client, SERVICE, 'server', here.service()).catch((error) => error)
    expect(partialOf(failed)).toMatchObject({
      id: 'arn:aws:ecs:us-east-1:111111111111:service/main/server',
      reasons: [expect.stringContaining('circuit breaker: tasks failed to start')],
    })
    expect(here.ledger.all(SERVICE)).toHaveLength(1)
  },
  MINUTES,
)
