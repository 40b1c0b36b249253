/** Changed settings of what is deployed, in this process. */
import { afterAll, beforeAll, describe } from 'vitest'
import { callers } from './callers.ts'
import { deployInProcess } from './deploy.ts'
import { settingChanges } from './setting-changes.ts'
import type { Standing } from './while-served.ts'

describe('a changed setting, in this process', () => {
  let standing: Standing
  beforeAll(async () => {
    const deployed = await deployInProcess()
    standing = { deployed, clients: callers(deployed, deployed.hub) }
  })
  afterAll(() => standing?.deployed.close())

  settingChanges(() => standing)
})
