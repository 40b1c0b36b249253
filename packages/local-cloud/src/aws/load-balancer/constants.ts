/** Limits of Application Load Balancers, as AWS documents them, and values that this stand-in chooses. */

/** The limit for the body of a request to a Lambda target, and for the JSON that the function answers. */
export const MAX_LAMBDA_BYTES = 1024 * 1024
/** Limits for a request line, for one header, and for all headers of a request. */
export const MAX_REQUEST_LINE_BYTES = 16 * 1024
export const MAX_HEADER_BYTES = 16 * 1024
export const MAX_HEADERS_BYTES = 64 * 1024
/** The limit for all headers of a response. */
export const MAX_RESPONSE_HEADERS_BYTES = 32 * 1024
/** The limit for addresses in `X-Forwarded-For`. */
export const MAX_FORWARDED_ADDRESSES = 30

export const DEFAULT_IDLE_SECONDS = 60
/** The default time for which a client's connection is kept for further requests. */
export const DEFAULT_CLIENT_KEEP_ALIVE_SECONDS = 3600
/** The limit for simultaneous requests on one HTTP/2 connection. */
export const MAX_CONCURRENT_STREAMS = 128
/** The most time for a TLS handshake, which AWS does not document; it is never longer than the idle timeout. */
export const MAX_HANDSHAKE_SECONDS = 120

/** The limit for a key set that tokens are validated with. */
export const MAX_KEY_SET_BYTES = 150 * 1024
export const MAX_KEYS = 10
/** How long a key set is kept, and how long a failed fetch is remembered. AWS documents neither. */
export const KEY_SET_SECONDS = 300
export const KEY_SET_RETRY_SECONDS = 10
/** If a token's key is not in the set, the set is fetched again, but not more often than this. The gateway uses the same interval. */
export const KEY_SET_MISS_SECONDS = 1

/** How much of a body AWS WAF inspects behind a load balancer. A longer body counts as oversized. */
export const INSPECTED_BODY_BYTES = 8 * 1024

/** How many access log lines of a load balancer are kept in memory. */
export const MAX_LOG_LINES = 10_000
