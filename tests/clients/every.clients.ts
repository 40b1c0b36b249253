/**
 * Unmodified clients, each by its own lockfile, through the load balancer and at the server as a process. One that cannot be installed is skipped with a loud
 * line; with `CLIENTS_REQUIRED=1` it is a failure.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLIENTS, install } from './clients.ts'
import { type Fixture, openFixture, WAYS } from './clients-fixture.ts'
import { SCENARIOS } from './scenarios.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await openFixture()
})
afterAll(() => fixture?.close())

for (const client of CLIENTS) {
  describe(client.name, () => {
    let missing: string | undefined
    beforeAll(async () => {
      try {
        await install(client)
      } catch (error) {
        const [reason] = `${error instanceof Error ? error.message : error}`.split('\n')
        missing = `SKIPPED: ${client.name}. It cannot be installed: ${reason}`
        process.stderr.write(`\n${missing} CLIENTS_REQUIRED=1 makes this a failure.\n\n`)
      }
    })

    describe.each(WAYS)('through %s', (way) => {
      for (const scenario of SCENARIOS) {
        if (client.without?.includes(scenario.name)) continue
        it(scenario.name, async ({ skip }) => {
          if (process.env.CLIENTS_REQUIRED === '1') expect(missing).toBeUndefined()
          if (missing) return skip(missing)
          await fixture.run(client, scenario, way)
        })
      }
    })
  })
}
