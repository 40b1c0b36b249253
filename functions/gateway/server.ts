/**
 * The container's entry: the gateway behind `node:http`. Its environment is the function's (shared/tenant.ts) and PORT; every
 * other variable has a default.
 */

import { createGatewayServer } from './adapters/node-server.ts'
import { createGateway, readEnvironment } from './gateway.ts'
import { STREAM_LIMITS } from './limits.ts'

const seconds = (name: string, otherwise: number): number => {
  const text = process.env[name]
  if (text === undefined || text === '') return otherwise * 1000
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value * 1000
  throw new Error(`The environment variable ${name} must be a number of seconds above 0, not ${JSON.stringify(text)}.`)
}

const port = Number(process.env.PORT ?? 8080)
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  throw new Error(`The environment variable PORT must be a port, not ${JSON.stringify(process.env.PORT)}.`)
}
const { app, warm } = createGateway(readEnvironment(process.env), async (answer) => answer, {
  firstEventMilliseconds: seconds('FIRST_EVENT_TIMEOUT_SECONDS', STREAM_LIMITS.firstEventMilliseconds / 1000),
  idleMilliseconds: seconds('IDLE_TIMEOUT_SECONDS', STREAM_LIMITS.idleMilliseconds / 1000),
})
const gateway = createGatewayServer({
  app,
  totalMilliseconds: seconds('TOTAL_TIMEOUT_SECONDS', 900),
  // The load balancer's own is 4,000 s at most.
  keepAliveMilliseconds: seconds('KEEP_ALIVE_TIMEOUT_SECONDS', 4_010),
})
// ECS kills a container 120 s after it has asked it to stop, at most.
const stopMilliseconds = seconds('STOP_TIMEOUT_SECONDS', 110)

void warm().then(() =>
  gateway.server.listen(port, () =>
    process.stdout.write(`${JSON.stringify({ listening: gateway.server.address() })}\n`),
  ),
)
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void gateway.stop(stopMilliseconds).then(() => process.exit(0)))
}
