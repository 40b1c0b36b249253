/** Deploys a hub and a number of tenants by the real CLI, one `up` after the other, through the local cloud's provider. */
import { readFileSync } from 'node:fs'
import type { Stack } from '@genai/local-cloud/engine/in-process/in-process'
import { findPulumi } from '../../cli/pulumi/find-cli.ts'
import { startEngine } from '../harness/cli-provider.ts'
import { hubStack, organizationOf, spokeStack, tenantsOf } from '../soak/tenants.ts'
import { childOf, heap, timed } from './child-side.ts'
import type { Deployed } from './stacks-child.ts'

/**
 * One run that deploys the largest number of tenants and is measured at each of the sizes on the way: a second run for a smaller size would
 * deploy the same tenants again.
 * @returns for each of the sizes, what was measured when there were so many tenants
 */
await childOf<readonly number[], readonly Deployed[]>(async ({ directory, count, progress }) => {
  const cli = await findPulumi({ download: false })
  const tenants = tenantsOf(count)
  const stacks = tenants.map(spokeStack)
  const hub = hubStack()
  const engine = await startEngine(cli, {
    delayMilliseconds: 0,
    directory,
    organization: organizationOf(tenants),
    stackFiles: Object.fromEntries([hub, ...stacks].map((stack) => [stack.stack, fileOf(stack)])),
  })
  const up = async (name: string) => void (await (await engine.stack(name)).up({ color: 'never' }))
  /** The heap without the events that the engine keeps for tests, because they are not a cost of a tenant. */
  const kept = () => {
    engine.events.length = 0
    return heap()
  }
  return {
    async answer(sizes) {
      const hubMilliseconds = await timed(() => up('hub'))
      // One tenant is deployed before anything is measured: for the first tenant of a process, no module is loaded yet and nothing is compiled.
      const [first = hub] = stacks
      await up(first.stack)
      await (await engine.stack(first.stack)).destroy({ color: 'never' })
      const milliseconds: number[] = []
      const cpuMilliseconds: number[] = []
      const measured: Deployed[] = []
      const heapBefore = kept()
      for (const { stack } of stacks) {
        const before = cpu()
        milliseconds.push(await timed(() => up(stack)))
        const after = cpu()
        if (before !== undefined && after !== undefined) cpuMilliseconds.push(after - before)
        progress(milliseconds.length)
        if (!sizes.includes(milliseconds.length)) continue
        measured.push({
          resources: engine.cloud.ledger.all().length,
          hubMilliseconds,
          milliseconds: [...milliseconds],
          ...(cpuMilliseconds.length > 0 && { cpuMilliseconds: [...cpuMilliseconds] }),
          heapBytes: kept() - heapBefore,
        })
      }
      return measured
    },
    close: () => engine.close(),
  }
})

/** Writes JSON, because JSON is valid YAML. */
function fileOf({ config }: Stack): string {
  return JSON.stringify({ config })
}

/**
 * Processor time of this process and of the ended processes that it has waited for (the CLI and its programs), from Linux, in hundredths of a
 * second.
 */
function cpu(): number | undefined {
  let stat: string
  try {
    stat = readFileSync('/proc/self/stat', 'utf8')
  } catch {
    return undefined
  }
  // Read after the name, which may contain spaces: the state is field 3; the user time, the system time and those of the children are fields 14
  // to 17.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0)
}
