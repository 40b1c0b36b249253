/** Lambda's limits, as AWS documents them, and the choices of this stand-in. */

const MEGABYTE = 1024 * 1024

/** Deployment package as uploaded (zip), and unpacked. */
export const MAX_ZIPPED_BYTES = 50 * MEGABYTE
export const MAX_UNZIPPED_BYTES = 250 * MEGABYTE

/** A synchronous invocation's request and response. */
export const MAX_PAYLOAD_BYTES = 6 * MEGABYTE

/** Loading the handler's module may take this long. */
export const INIT_LIMIT_MS = 10_000

/** Lambda's own variables, which a function's environment may not set. */
export const RESERVED_VARIABLES: ReadonlySet<string> = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
])

/**
 * An environment's credentials are fixed when it starts; Lambda ends an environment long before they expire, and so does
 * this stand-in.
 */
export const CREDENTIAL_SECONDS = 12 * 3600
export const ENVIRONMENT_SECONDS = 2 * 3600

/** An environment that served nothing for so long is ended. Minutes on AWS as well, not documented. */
export const IDLE_SECONDS = 300

/** How often idle and outdated environments are looked for. */
export const REAP_MS = 1_000

/** Of the heap and of everything else in a process, V8's old space is the part that can be bounded: most of the memory. */
export const OLD_SPACE_SHARE = 0.9

/** Lines of a function's log that are kept in memory. */
export const MAX_LOG_LINES = 10_000

/**
 * An event of an asynchronous invocation is tried twice more when the function fails. AWS waits for a minute, then for two; here
 * nobody should have to.
 */
export const ASYNC_RETRY_MILLISECONDS = [1_000, 2_000] as const
/** An event that is older is given up, however busy the function was. */
export const ASYNC_MAX_AGE_SECONDS = 6 * 3600
