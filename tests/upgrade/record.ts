/**
 * `npm run upgrade-fixture -- NAME`: records what this version deploys, when it is released. From then on every later one is
 * held to it: see upgrade.test.ts. With a Pulumi CLI on the PATH its states too: see tests/engine/upgrade.test.ts.
 */

import { canonical } from '@genai/local-cloud/resource/declare'
import type { Deployment } from '@pulumi/pulumi/automation/index.js'
import { type FoundCli, findPulumi } from '../../cli/pulumi/find-cli.ts'
import { startEngine } from '../../proof/harness/cli-provider.ts'
import { deployVariant } from './deployed.ts'
import { type Deployed, fixtureNames, kept, readFixture, writeFixture } from './fixture.ts'
import { STATES, writeStates } from './state.ts'
import { SAMPLE, VARIANTS } from './variants.ts'

/** Deploys the sample files by the CLI. */
async function stateOf(cli: FoundCli): Promise<Readonly<Record<string, Deployment>>> {
  const engine = await startEngine(cli, { delayMilliseconds: 0 })
  try {
    const states: Record<string, Deployment> = {}
    for (const name of STATES) {
      const stack = await engine.stack(name, SAMPLE[name])
      await stack.up({ color: 'never' })
      states[name] = await stack.exportStack()
    }
    return states
  } finally {
    await engine.close()
  }
}

const [name, ...rest] = process.argv.slice(2)
if (name === undefined || rest.length > 0 || !/^\w[\w.-]*$/.test(name) || fixtureNames().includes(name)) {
  console.error(`Got "${process.argv.slice(2).join(' ')}"; allowed: one new name, such as 0.2.0.`)
  console.error(`Recorded already: ${fixtureNames().join(', ') || 'none'}.`)
  process.exit(1)
}
const all: Deployed[] = []
for (const [variant, settings] of Object.entries(VARIANTS)) all.push(await deployVariant(variant, settings))
writeFixture(name, all)
if (canonical(readFixture(name).map(kept)) !== canonical(all.map(kept)))
  throw new Error('What is read is not what was deployed.')
console.log(
  `tests/upgrade/fixtures/${name}.json: ${all.map(({ resources }) => resources.length).join(' + ')} resources`,
)
const cli = await findPulumi({ download: false }).catch(() => undefined)
if (cli) writeStates(name, await stateOf(cli))
console.log(
  cli ? 'And the states of its sample stacks.' : 'Without a Pulumi CLI, no states: tests/engine has nothing of it.',
)
