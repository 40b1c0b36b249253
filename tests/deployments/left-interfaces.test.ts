/** Interfaces that Lambda leaves when a tenant goes, in this process. */
import { afterAll, beforeAll, describe } from 'vitest'
import { type Platform, startPlatform } from '../../proof/harness/platform.ts'
import { parkedInterfaces } from './left-interfaces.ts'

describe('interfaces that Lambda leaves, in this process', () => {
  let platform: Platform
  beforeAll(async () => {
    platform = await startPlatform({
      stacks: ['hub', 'spoke-tenant1'],
      settings: { hub: { deletionProtection: 'false' } },
      interfacesStayMilliseconds: 200,
    })
  })
  afterAll(() => platform?.close())

  parkedInterfaces(() => ({
    cloud: platform.cloud,
    hub: platform.hub,
    destroy: (stack) => platform.cloud.destroy({ project: 'genai-hub-spoke', stack }),
  }))
})
