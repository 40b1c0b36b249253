/**
 * What runs in a function's process: loads the handler as the nodejs24.x runtime does, then serves one request at a time that
 * the parent sends over the channel between the two processes.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { patchConsole } from './console.mjs'
import { loadHandler, RuntimeError } from './load-handler.mjs'
import { watchParent } from './watch-parent.mjs'

/**
 * @typedef {object} Request
 * @property {string} requestId
 * @property {string} payload JSON
 * @property {number} deadline milliseconds since 1970
 * @property {string} functionArn
 * @property {string} [traceId]
 */

const send = /** @type {(message: object, sent?: () => void) => void} */ (process.send?.bind(process))
// The function shall not take the channel for its own.
delete process.send
process.once('disconnect', () => process.exit(0))
// Ctrl-C reaches the whole group of processes; the parent decides what it means.
process.on('SIGINT', () => {})
watchParent()

/** @type {string | undefined} */
let current
const logFormat = process.argv[2] ?? 'Text'
patchConsole(logFormat, () => current)

// As in Lambda, what nobody caught fails the request that is running and ends the environment.
process.on('uncaughtException', (error) => fail('Uncaught Exception', error, 129))
process.on('unhandledRejection', (reason) =>
  fail('Unhandled Promise Rejection', new RuntimeError('UnhandledPromiseRejection', String(reason), reason), 128),
)

const { LAMBDA_TASK_ROOT = '', _HANDLER = '' } = process.env
try {
  const handler = await loadHandler(LAMBDA_TASK_ROOT, _HANDLER)
  process.on('message', (message) => {
    if (message === 'measure') send({ kind: 'measured', heapBytes: heapAfterCollection() })
    else void serve(handler, /** @type {Request} */ (message))
  })
  send({ kind: 'ready' })
} catch (error) {
  console.error('Uncaught Exception', JSON.stringify(describe(error)))
  send({ kind: 'failed', error: describe(error), exiting: true }, () => process.exit(1))
}

/** @param {(event: unknown, context: object) => unknown} handler @param {Request} request */
async function serve(handler, { requestId, payload, deadline, functionArn, traceId }) {
  current = requestId
  if (traceId === undefined) delete process.env._X_AMZN_TRACE_ID
  else process.env._X_AMZN_TRACE_ID = traceId
  const { AWS_LAMBDA_FUNCTION_NAME, AWS_LAMBDA_FUNCTION_MEMORY_SIZE } = process.env
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionName: AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    memoryLimitInMB: AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: requestId,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
  }
  try {
    const result = await handler(JSON.parse(payload), context)
    const answer = JSON.stringify(result) ?? 'null'
    current = undefined
    send({ kind: 'answered', requestId, payload: answer })
  } catch (error) {
    console.error('Invoke Error', JSON.stringify(describe(error)))
    current = undefined
    send({ kind: 'failed', requestId, error: describe(error) })
  }
}

/** What is held on to: garbage that V8 leaves lying, as it has room, does not count. */
function heapAfterCollection() {
  setFlagsFromString('--expose_gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}

/** @param {string} what @param {unknown} error @param {number} exitCode */
function fail(what, error, exitCode) {
  console.error(what, JSON.stringify(describe(error)))
  send({ kind: 'failed', requestId: current, error: describe(error), exiting: true }, () => process.exit(exitCode))
}

/** @param {unknown} error */
function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] }
  return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] }
}
