import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { disconnect } from '@pulumi/pulumi/runtime/settings.js'
import { beforeEach, expect, it } from 'vitest'
import { refuseExistingConfiguration } from './account-logging.ts'

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
