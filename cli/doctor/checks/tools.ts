import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findPulumi, sdkVersion } from '../../pulumi/find-cli.ts'
import { messageOf, UserError } from '../../verb.ts'
import { type Answer, type Check, failed, notAsked, ok } from '../check.ts'

/** The first Node version that runs TypeScript without a build step, as the docs say. */
const NODE = [22, 18] as const

export const tools: Check = {
  id: 'tools',
  of: 'machine',
  question: 'Do Node and the Pulumi CLI here run the programs?',
  ask: async ({ needsPulumi }) => [await node(), await pulumi(needsPulumi)],
}

/** The CLI runs a program with the first `node` on the PATH, whichever Node runs this command. */
async function node(): Promise<Answer> {
  const about = 'node on PATH'
  const remedy = `Use the project's own: export PATH="$PWD/node_modules/.bin:$PATH"`
  try {
    const version = (await promisify(execFile)('node', ['--version'])).stdout.trim()
    const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
    const fits = major > NODE[0] || (major === NODE[0] && minor >= NODE[1])
    return fits
      ? ok(version, about)
      : failed(`${version}, and the programs need ${NODE.join('.')} or newer`, remedy, about)
  } catch (error) {
    return failed(`node does not run: ${messageOf(error)}`, remedy, about)
  }
}

async function pulumi(needed: boolean): Promise<Answer> {
  const about = 'Pulumi CLI'
  if (!needed) return notAsked('npm start deploys without it', 'Nothing to do; for AWS: add --aws.', about)
  try {
    const { command, from } = await findPulumi({ download: false })
    return ok(`${command.version ?? 'of unknown version'} (${from}); the programs' SDK is ${sdkVersion()}`, about)
  } catch (error) {
    return failed(messageOf(error).replaceAll('\n', ' '), (error instanceof UserError && error.remedy) || '', about)
  }
}
