/** The Pulumi CLI for the suites of the real engine. */
import { findPulumi } from '../../cli/pulumi/find-cli.ts'
import { NO_CLI } from './no-cli.ts'

/** `undefined` where no CLI can be had: see setup.ts. */
export const cli = process.env[NO_CLI] === '1' ? undefined : await findPulumi()
