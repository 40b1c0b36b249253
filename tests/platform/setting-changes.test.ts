/** Changed settings of what is deployed, in this process. */
import { afterAll, beforeAll, describe } from 'vitest'
import { callers } from '../doors/callers.ts'
import { inProcessDoor } from '../doors/door.ts'
import { settingChanges } from '../doors/setting-changes.ts'
import type { Standing } from '../doors/while-served.ts'

describe('a changed setting, in this process', () => {
  let standing: Standing
  beforeAll(async () => {
    const door = await inProcessDoor()
    standing = { door, clients: callers(door, door.hub) }
  })
  afterAll(() => standing?.door.close())

  settingChanges(() => standing)
})
