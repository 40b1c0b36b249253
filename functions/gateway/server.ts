/**
 * The container's entry point: the gateway behind `node:http`. Its environment is that of the function (shared/tenant.ts) and the server's own
 * variables.
 */
import { createGauge } from './adapters/gauge.ts'
import { createGatewayServer } from './adapters/node-server.ts'
import { createGateway, type Environment, readEnvironment } from './gateway.ts'
import { readServerEnvironment, type ServerEnvironment } from './server-environment.ts'

/** The finest period of a metric that CloudWatch makes from log lines at no extra cost. */
const GAUGE_MILLISECONDS = 60_000

function serve(environment: Environment, { port, limits, stopMilliseconds, ...times }: ServerEnvironment): void {
  const { app, warm, settled } = createGateway(environment, async (answer) => answer, 'after', limits)
  const gauge = createGauge(() => performance.now())
  const gateway = createGatewayServer({ app, gauge, ...times })
  // The log group's metric filter reads this line; scaling follows the average of all tasks.
  setInterval(() => process.stdout.write(`${JSON.stringify(gauge.read())}\n`), GAUGE_MILLISECONDS).unref()
  void warm().then(() =>
    gateway.server.listen(port, () =>
      process.stdout.write(`${JSON.stringify({ listening: gateway.server.address() })}\n`),
    ),
  )
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // Lines that wait for a full pipe would be lost when the process ends, so they are sent first (decision 0030).
    process.once(
      signal,
      () =>
        void gateway
          .stop(stopMilliseconds)
          .then(settled)
          .then(() => process.stdout.write('', () => process.exit(0))),
    )
  }
}

/** If a variable is wrong, only whoever set it can help: the process prints one line that says so, and ends. */
function environmentOf(variables: NodeJS.ProcessEnv): readonly [Environment, ServerEnvironment] {
  try {
    return [readEnvironment(variables), readServerEnvironment(variables)]
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    process.exit(1)
  }
}

serve(...environmentOf(process.env))
