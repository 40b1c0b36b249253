/** `console` as Lambda's runtime has it: one line a call, with time, request and level; as text or as JSON. */
import { format } from 'node:util'

const LEVELS = /** @type {const} */ ([
  ['trace', 'TRACE'],
  ['debug', 'DEBUG'],
  ['log', 'INFO'],
  ['info', 'INFO'],
  ['warn', 'WARN'],
  ['error', 'ERROR'],
])

/**
 * @param {string} logFormat `Text` or `JSON`
 * @param {() => string | undefined} requestId of the request that is being served
 */
export function patchConsole(logFormat, requestId) {
  const line = logFormat === 'JSON' ? json : text
  for (const [method, level] of LEVELS)
    console[method] = (/** @type {any[]} */ ...given) =>
      void process.stdout.write(`${line(level, requestId(), given).replaceAll('\n', '\r')}\n`)
}

/** @param {string} level @param {string | undefined} requestId @param {any[]} given */
function text(level, requestId, given) {
  return `${new Date().toISOString()}\t${requestId ?? 'undefined'}\t${level}\t${format(...given)}`
}

/** @param {string} level @param {string | undefined} requestId @param {any[]} given */
function json(level, requestId, given) {
  const head = { timestamp: new Date().toISOString(), level, ...(requestId && { requestId }) }
  const [only] = given
  const whole = given.length === 1 && typeof only === 'object' && only !== null && !(only instanceof Error)
  const error = given.find((value) => value instanceof Error)
  try {
    return JSON.stringify({
      ...head,
      message: whole ? only : format(...given),
      ...(error && { errorType: error.name, errorMessage: error.message, stackTrace: error.stack?.split('\n') }),
    })
  } catch {
    return JSON.stringify({ ...head, message: format(...given) })
  }
}
