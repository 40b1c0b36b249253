/** Asks the switch of the local cloud that is running. */
import { askRunning } from '../control/ask.ts'
import type { FaultRow, SwitchRequest } from './switch.ts'

/** Its name at the port of the running cloud. */
export const FAULTS = 'faults'

/** @returns the faults that are on afterwards. @throws UserError when none is running, and what the switch refuses */
export async function askSwitch(request: SwitchRequest): Promise<readonly FaultRow[]> {
  return (await askRunning(FAULTS, request)) as readonly FaultRow[]
}
