/**
 * The container's entry: the gateway behind `node:http`. Its environment is the function's (shared/tenant.ts) and PORT; every
 * other variable has a default.
 */

import { createGauge } from './adapters/gauge.ts'
import { createGatewayServer } from './adapters/node-server.ts'
import { createGateway, readEnvironment } from './gateway.ts'
import { SERVER_KEEP_ALIVE_SECONDS, STREAM_LIMITS } from './limits.ts'

const seconds = (name: string, otherwise: number): number => {
  const text = process.env[name]
  if (text === undefined || text === '') return otherwise * 1000
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value * 1000
  throw new Error(`The environment variable ${name} must be a number of seconds above 0, not ${JSON.stringify(text)}.`)
}

/** CloudWatch's finest period of a metric from lines that costs nothing more. */
const GAUGE_MILLISECONDS = 60_000

const port = Number(process.env.PORT ?? 8080)
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  throw new Error(`The environment variable PORT must be a port, not ${JSON.stringify(process.env.PORT)}.`)
}
const { app, warm, settled } = createGateway(readEnvironment(process.env), async (answer) => answer, 'after', {
  firstEventMilliseconds: seconds('FIRST_EVENT_TIMEOUT_SECONDS', STREAM_LIMITS.firstEventMilliseconds / 1000),
  idleMilliseconds: seconds('IDLE_TIMEOUT_SECONDS', STREAM_LIMITS.idleMilliseconds / 1000),
})
const gauge = createGauge(() => performance.now())
const gateway = createGatewayServer({
  app,
  gauge,
  totalMilliseconds: seconds('TOTAL_TIMEOUT_SECONDS', 900),
  keepAliveMilliseconds: seconds('KEEP_ALIVE_TIMEOUT_SECONDS', SERVER_KEEP_ALIVE_SECONDS),
})
// The log group's metric filter takes it from there: scaling follows the average of all tasks.
setInterval(() => process.stdout.write(`${JSON.stringify(gauge.read())}\n`), GAUGE_MILLISECONDS).unref()
// ECS kills a container 120 s after it has asked it to stop, at most.
const stopMilliseconds = seconds('STOP_TIMEOUT_SECONDS', 110)

void warm().then(() =>
  gateway.server.listen(port, () =>
    process.stdout.write(`${JSON.stringify({ listening: gateway.server.address() })}\n`),
  ),
)
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  // Lines that wait for a full pipe end with the process: the last ones are sent first (decision 0030).
  process.once(
    signal,
    () =>
      void gateway
        .stop(stopMilliseconds)
        .then(settled)
        .then(() => process.stdout.write('', () => process.exit(0))),
  )
}
