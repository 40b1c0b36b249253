/** Sends a request about faults to the local cloud that is running. */
import { askRunning } from '../control/ask.ts'
import type { FaultRow, SwitchRequest } from './switch.ts'

/** Name of the faults command at the control port of the running cloud. */
export const FAULTS = 'faults'

/**
 * @returns the faults that are on afterwards
 * @throws UserError if no local cloud is running, or if it refuses the request
 */
export async function askSwitch(request: SwitchRequest): Promise<readonly FaultRow[]> {
  return (await askRunning(FAULTS, request)) as readonly FaultRow[]
}
