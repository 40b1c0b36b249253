/** Sends a command to the running local cloud, from another shell. */
import { readRunning } from '../local/running.ts'
import { UserError } from '../verb.ts'
import { send } from './call.ts'

/** @throws UserError if no cloud is running, and for whatever it refuses */
export async function askRunning(command: string, request: unknown): Promise<unknown> {
  const { control, pid } = await readRunning()
  const answer = await send(control, command, request).catch((cause: unknown) => {
    throw new UserError(
      `The local cloud (process ${pid}) did not answer.`,
      'It may have just been stopped: start it again.',
      { cause },
    )
  })
  if ('answer' in answer) return answer.answer
  throw new UserError(answer.error, answer.remedy)
}
