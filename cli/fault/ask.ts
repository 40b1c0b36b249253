/** Asks the switch of the local cloud that is running. */
import { readRunning } from '../running.ts'
import { UserError } from '../verb.ts'
import type { FaultRow, SwitchAnswer, SwitchRequest } from './switch.ts'

/** @returns the faults that are on afterwards. @throws UserError when none is running, and what the switch refuses */
export async function askSwitch(request: SwitchRequest): Promise<readonly FaultRow[]> {
  const { faultSwitch, pid } = readRunning()
  const { port, secret } = faultSwitch
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify(request),
  }).catch((cause: unknown) => {
    throw new UserError(
      `The local cloud (process ${pid}) does not answer at the port of its faults.`,
      'It may have just been stopped: start it again.',
      { cause },
    )
  })
  const answer = (await response.json()) as SwitchAnswer
  if ('faults' in answer) return answer.faults
  throw new UserError(answer.error, answer.remedy)
}
