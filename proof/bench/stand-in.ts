/** The stand-in for AWS in a process of its own. */
import { type StandInOptions, startStandIn, WRITES, type Writes } from './stand-in-server.ts'
import { answersAfter } from './tenant.ts'

const writes: Record<string, number> = {}

process.once('message', async (options: StandInOptions) => {
  const { port } = await startStandIn(options, async (table) => {
    writes[table] = (writes[table] ?? 0) + 1
    const delay = answersAfter(table)
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay))
  })
  process.send?.(port)
  process.on('message', (asked) => asked === WRITES && process.send?.(writes satisfies Writes))
})
process.once('disconnect', () => process.exit())
