/** Sends a command to a local cloud at an address. */
import { type ControlAddress, type ControlAnswer, PING } from './server.ts'

/** Milliseconds: a local cloud that is deploying may not answer for a second or two. */
const PATIENCE_MILLISECONDS = 20_000

/**
 * Whether a cloud answers at this address. That a process has the noted id is no proof: after `kill -9` or a restart of the computer, another
 * process may have that id.
 */
export async function isAnswering(address: ControlAddress): Promise<boolean> {
  try {
    return 'answer' in (await send(address, PING, null, AbortSignal.timeout(PATIENCE_MILLISECONDS)))
  } catch (cause) {
    // It is busy, but exists: no other program that had taken this port would keep a caller waiting.
    return cause instanceof Error && cause.name === 'TimeoutError'
  }
}

/** @throws TypeError if nothing listens */
export async function send(
  { port, secret }: ControlAddress,
  command: string,
  request: unknown,
  signal?: AbortSignal,
): Promise<ControlAnswer> {
  const response = await fetch(`http://127.0.0.1:${port}/${command}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify(request),
    ...(signal && { signal }),
  })
  return (await response.json()) as ControlAnswer
}
