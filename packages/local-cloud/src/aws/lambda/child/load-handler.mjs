/** Finds the function that `_HANDLER` names, as the nodejs24.x runtime does. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const EXTENSIONS = ['', '.js', '.mjs', '.cjs']

/** An error of Lambda's own kind: the `Runtime.` name is what callers see as `errorType`. */
export class RuntimeError extends Error {
  /** @param {string} name @param {string} message @param {unknown} [cause] */
  constructor(name, message, cause) {
    super(message, { cause })
    this.name = `Runtime.${name}`
  }
}

/**
 * @param {string} taskRoot
 * @param {string} handler `index.handler`, `src/app.handler`, `index.api.handler`
 * @returns {Promise<(event: unknown, context: object) => unknown>}
 */
export async function loadHandler(taskRoot, handler) {
  const base = path.basename(handler)
  const dot = base.indexOf('.')
  if (dot <= 0 || dot === base.length - 1 || handler.split('/').includes('..'))
    throw new RuntimeError('MalformedHandlerName', `Bad handler: got '${handler}', expected FILE.EXPORT`)
  const file = path.join(path.dirname(handler), base.slice(0, dot))
  const found = EXTENSIONS.map((extension) => path.join(taskRoot, `${file}${extension}`)).find((candidate) =>
    existsSync(candidate),
  )
  if (!found) throw new RuntimeError('ImportModuleError', `Error: Cannot find module '${file}'`)
  /** @type {any} */
  let value = await load(found)
  const steps = base.slice(dot + 1).split('.')
  for (const step of steps) value = value?.[step] ?? (step === steps[0] ? value?.default?.[step] : undefined)
  if (value === undefined) throw new RuntimeError('HandlerNotFound', `${handler} is undefined or not exported`)
  if (typeof value !== 'function') throw new RuntimeError('HandlerNotFound', `${handler} is not a function`)
  if (value.length >= 3)
    throw new RuntimeError(
      'CallbackHandlerDeprecated',
      'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24: use an async handler.',
    )
  return value
}

/** @param {string} file */
async function load(file) {
  try {
    if (file.endsWith('.mjs')) return await import(pathToFileURL(file).href)
    try {
      return createRequire(file)(file)
    } catch (error) {
      if (/** @type {any} */ (error)?.code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error
      return await import(pathToFileURL(file).href)
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw new RuntimeError('UserCodeSyntaxError', String(error), error)
    if (/** @type {any} */ (error)?.code?.endsWith('MODULE_NOT_FOUND'))
      throw new RuntimeError('ImportModuleError', String(error), error)
    throw error
  }
}
