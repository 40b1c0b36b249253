/** The container's entry: the gateway behind `node:http`. Its environment is the function's (shared/tenant.ts) and the server's own. */
import { createGauge } from './adapters/gauge.ts'
import { createGatewayServer } from './adapters/node-server.ts'
import { createGateway, type Environment, readEnvironment } from './gateway.ts'
import { readServerEnvironment, type ServerEnvironment } from './server-environment.ts'

/** CloudWatch's finest period of a metric from lines that costs nothing more. */
const GAUGE_MILLISECONDS = 60_000

function serve(environment: Environment, { port, limits, stopMilliseconds, ...times }: ServerEnvironment): void {
  const { app, warm, settled } = createGateway(environment, async (answer) => answer, 'after', limits)
  const gauge = createGauge(() => performance.now())
  const gateway = createGatewayServer({ app, gauge, ...times })
  // The log group's metric filter takes it from there: scaling follows the average of all tasks.
  setInterval(() => process.stdout.write(`${JSON.stringify(gauge.read())}\n`), GAUGE_MILLISECONDS).unref()
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
}

/** What is wrong with the variables is for whoever set them: one line says it, and the process ends. */
function environmentOf(variables: NodeJS.ProcessEnv): readonly [Environment, ServerEnvironment] {
  try {
    return [readEnvironment(variables), readServerEnvironment(variables)]
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    process.exit(1)
  }
}

serve(...environmentOf(process.env))
