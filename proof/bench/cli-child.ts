/** A hub and so many tenants by the real CLI, one `up` after the other, through the provider of the local cloud. */
import { readFileSync } from 'node:fs'
import type { Stack } from '@genai/local-cloud/engine/in-process/in-process'
import { findPulumi } from '../../cli/pulumi/find-cli.ts'
import { startEngine } from '../harness/cli-provider.ts'
import { hubStack, organizationOf, spokeStack, tenantsOf } from '../soak/tenants.ts'
import { childOf, heap, timed } from './child-side.ts'
import type { Deployed } from './stacks-child.ts'

/**
 * One run of the most tenants that is read on its way, at each of the sizes: a second run of the fewer would deploy the same
 * tenants again.
 * @returns what was measured when there were so many tenants, for each of the sizes
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
  /** What the engine remembers for tests is no cost of a tenant. */
  const kept = () => {
    engine.events.length = 0
    return heap()
  }
  return {
    async answer(sizes) {
      const hubMilliseconds = await timed(() => up('hub'))
      // Once before anything is measured: the first tenant of a process finds no module loaded and nothing compiled.
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

/** JSON is YAML. */
function fileOf({ config }: Stack): string {
  return JSON.stringify({ config })
}

/**
 * Processor time of this process and of the processes that it has waited for, which the CLI and its programs are: Linux tells,
 * in hundredths of a second.
 */
function cpu(): number | undefined {
  let stat: string
  try {
    stat = readFileSync('/proc/self/stat', 'utf8')
  } catch {
    return undefined
  }
  // After the name, which may hold spaces: the state is field 3; user, system and the children's are 14 to 17.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0)
}
