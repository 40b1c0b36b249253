/** Turns anything that is thrown while a request is served into an error of the closed list. */
import { GatewayError } from './errors.ts'

/** @param signal the request's signal: if it was aborted, the reason explains what failed because of that */
export function toError(thrown: unknown, signal: AbortSignal): GatewayError {
  if (thrown instanceof GatewayError) return thrown
  return signal.aborted && signal.reason instanceof GatewayError ? signal.reason : internal(thrown)
}

/** A fault of the gateway itself. Its message may quote anything, so only its kind and place are kept. */
function internal(thrown: unknown): GatewayError {
  const place =
    thrown instanceof Error
      ? thrown.stack
          ?.split('\n')
          .find((line) => line.startsWith('    at '))
          ?.trim()
      : ''
  const cause = new Error(`${thrown instanceof Error ? thrown.name : typeof thrown} ${place ?? ''}`)
  return new GatewayError('internal', 'The gateway failed; nothing in your request is known to be wrong. Try again.', {
    cause,
  })
}
