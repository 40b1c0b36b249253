/** Lambda's limits, as AWS documents them, and values that this stand-in chooses. */

const MEGABYTE = 1024 * 1024

/** Limits for the deployment package as uploaded (zip), and unpacked. */
export const MAX_ZIPPED_BYTES = 50 * MEGABYTE
export const MAX_UNZIPPED_BYTES = 250 * MEGABYTE

/** The limit for the request and for the response of a synchronous invocation. */
export const MAX_PAYLOAD_BYTES = 6 * MEGABYTE

/** The most time for loading the handler's module. */
export const INIT_LIMIT_MS = 10_000

/** Lambda's own variables. A declaration may not set them. */
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

/** An execution environment gets its credentials when it starts. Like Lambda, this stand-in ends it long before they expire. */
export const CREDENTIAL_SECONDS = 12 * 3600
export const ENVIRONMENT_SECONDS = 2 * 3600

/** An execution environment that served nothing for this long is ended. AWS does it after some minutes too, but does not document how many. */
export const IDLE_SECONDS = 300

/** How often idle and outdated execution environments are looked for. */
export const REAP_MS = 1_000

/**
 * V8's old space is the part of a process's memory that can be limited. This share of the memory is given to it; the rest is for everything
 * else.
 */
export const OLD_SPACE_SHARE = 0.9

/** How many lines of a function's log are kept in memory. */
export const MAX_LOG_LINES = 10_000

/** The pauses before the two repetitions of an asynchronous event when the function fails. AWS waits for one and then two minutes. */
export const ASYNC_RETRY_MILLISECONDS = [1_000, 2_000] as const
/** An event older than this is given up, however busy the function was. */
export const ASYNC_MAX_AGE_SECONDS = 6 * 3600
