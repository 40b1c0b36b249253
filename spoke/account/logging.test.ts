import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { disconnect, getMonitor } from '@pulumi/pulumi/runtime/settings.js'
import { beforeEach, expect, it } from 'vitest'
import { refuseExistingConfiguration } from './logging.ts'

beforeEach(() =>
  pulumi.runtime.setMocks({
    newResource: ({ id, name, inputs }) => ({
      id: id || (name === 'theirs' ? 'us-east-1' : `${name}-id`),
      state: inputs,
    }),
    call: () => ({}),
  }),
)

const args = { account: '222222222222', region: 'us-east-1' }

it('lets the first configuration of an account be made', async () => {
  await expect(refuseExistingConfiguration(args, {})).resolves.toBeUndefined()
})

it('refuses to overwrite one that exists, and says how to keep or take it', async () => {
  new aws.bedrockmodel.InvocationLoggingConfiguration('theirs', { loggingConfig: { textDataDeliveryEnabled: true } })
  await disconnect()
  await expect(refuseExistingConfiguration(args, {})).rejects.toThrow(
    /Account 222222222222 has .* in us-east-1 already, and it is not overwritten.*pulumi import/,
  )
})

it('refuses when it cannot be told, as an engine would wait for a hook that never ends', async () => {
  const monitor = getMonitor() as unknown as { existsResource: unknown }
  monitor.existsResource = (_request: unknown, answer: (error: Error) => void) =>
    answer(new Error('AccessDeniedException'))
  await expect(refuseExistingConfiguration(args, {})).rejects.toThrow(
    /is not known, and none is overwritten\. .*AccessDeniedException\. Allow the deployer/,
  )
})
