/**
 * Runs once, before all tests: is there a Pulumi CLI, or can one be had? Where not, the run says so in one line, and the suites
 * that need one are skipped; with `PULUMI_REQUIRED=1` the run fails instead.
 */
import { findPulumi } from '../../cli/pulumi/find-cli.ts'
import { messageOf } from '../../cli/verb.ts'
import { NO_CLI } from './no-cli.ts'

const SUITES = 'tests/engine and tests/journey'

export async function setup(): Promise<void> {
  try {
    await findPulumi()
  } catch (cause) {
    const why = messageOf(cause).replaceAll('\n', ' ')
    if (process.env.PULUMI_REQUIRED === '1') throw new Error(`PULUMI_REQUIRED=1, and ${SUITES} cannot run. ${why}`)
    process.stderr.write(
      `Skipped: ${SUITES} (the real Pulumi engine). ${why} PULUMI_REQUIRED=1 makes this a failure.\n`,
    )
    // The workers are started after this and have its environment.
    process.env[NO_CLI] = '1'
  }
}
