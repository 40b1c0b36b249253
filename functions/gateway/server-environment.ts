/** Variables of the container's server besides those that the function has too. Each has a default. */
import { GATEWAY_PORT } from '../../shared/tenant.ts'
import { SERVER_KEEP_ALIVE_SECONDS, STREAM_LIMITS, type StreamLimits } from './constants.ts'

export interface ServerEnvironment {
  readonly port: number
  readonly limits: StreamLimits
  /** Longest time for a request, its answer included. */
  readonly totalMilliseconds: number
  readonly keepAliveMilliseconds: number
  readonly stopMilliseconds: number
}

/** @throws Error that names the variable, its value and the values that are allowed */
export function readServerEnvironment(environment: NodeJS.ProcessEnv): ServerEnvironment {
  const milliseconds = (name: string, otherwise: number): number => {
    const text = environment[name]
    if (text === undefined || text === '') return otherwise * 1000
    const value = Number(text)
    if (Number.isFinite(value) && value > 0) return value * 1000
    throw new Error(
      `The environment variable ${name} must be a number of seconds above 0, not ${JSON.stringify(text)}.`,
    )
  }
  const text = environment.PORT ?? `${GATEWAY_PORT}`
  // `Number('')` is 0, and port 0 means any port.
  const port = text.trim() === '' ? Number.NaN : Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`The environment variable PORT must be a port, 0 to 65535, not ${JSON.stringify(text)}.`)
  return {
    port,
    limits: {
      firstEventMilliseconds: milliseconds('FIRST_EVENT_TIMEOUT_SECONDS', STREAM_LIMITS.firstEventMilliseconds / 1000),
      idleMilliseconds: milliseconds('IDLE_TIMEOUT_SECONDS', STREAM_LIMITS.idleMilliseconds / 1000),
    },
    totalMilliseconds: milliseconds('TOTAL_TIMEOUT_SECONDS', 900),
    keepAliveMilliseconds: milliseconds('KEEP_ALIVE_TIMEOUT_SECONDS', SERVER_KEEP_ALIVE_SECONDS),
    // ECS kills a container at most 120 s after it has asked it to stop.
    stopMilliseconds: milliseconds('STOP_TIMEOUT_SECONDS', 110),
  }
}
