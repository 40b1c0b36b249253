/** Whether the suites of the real engine can run here: told in one line when they cannot. */
import { type FoundCli, findPulumi } from '../../cli/pulumi.ts'
import { messageOf } from '../../cli/verb.ts'

async function find(): Promise<FoundCli | undefined> {
  try {
    return await findPulumi()
  } catch (cause) {
    if (process.env.PULUMI_REQUIRED === '1') throw cause
    const why = messageOf(cause).replaceAll('\n', ' ')
    process.stderr.write(
      `Skipped: tests/engine (the real Pulumi engine). ${why} PULUMI_REQUIRED=1 makes this a failure.\n`,
    )
    return undefined
  }
}

/** `undefined` where no CLI can be had; with `PULUMI_REQUIRED=1` that is an error. */
export const cli = await find()
