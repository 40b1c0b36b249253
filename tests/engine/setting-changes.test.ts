/** Changed settings of what is deployed, by the Pulumi CLI. */
import { afterAll, beforeAll, describe } from 'vitest'
import { callers } from '../doors/callers.ts'
import { engineDoor } from '../doors/door.ts'
import { settingChanges } from '../doors/setting-changes.ts'
import type { Standing } from '../doors/while-served.ts'
import { cli } from './cli.ts'

const LONG = 240_000

describe.skipIf(!cli)('a changed setting, by the CLI', { timeout: LONG }, () => {
  let standing: Standing
  beforeAll(async () => {
    if (!cli) return
    const door = await engineDoor(cli, { delayMilliseconds: 0 })
    standing = { door, clients: callers(door, door.hub) }
  }, LONG)
  afterAll(async () => {
    await standing?.door.close()
  }, LONG)

  settingChanges(() => standing)
})
