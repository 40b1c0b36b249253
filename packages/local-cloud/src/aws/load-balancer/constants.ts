/** Limits of Application Load Balancers, as AWS documents them, and the choices of this stand-in. */

/** Body of a request to a Lambda target, and the JSON that the function answers. */
export const MAX_LAMBDA_BYTES = 1024 * 1024
/** A request line, one header, all headers of a request. */
export const MAX_REQUEST_LINE_BYTES = 16 * 1024
export const MAX_HEADER_BYTES = 16 * 1024
export const MAX_HEADERS_BYTES = 64 * 1024
/** All headers of a response. */
export const MAX_RESPONSE_HEADERS_BYTES = 32 * 1024
/** Addresses in `X-Forwarded-For`. */
export const MAX_FORWARDED_ADDRESSES = 30

export const DEFAULT_IDLE_SECONDS = 60
/** How long a client's connection is kept for further requests, unless declared. */
export const DEFAULT_CLIENT_KEEP_ALIVE_SECONDS = 3600
/** Requests at a time on one HTTP/2 connection. */
export const MAX_CONCURRENT_STREAMS = 128
/** AWS does not say how long a handshake may take; never longer than a connection may be idle. */
export const MAX_HANDSHAKE_SECONDS = 120

/** Key sets that tokens are validated with. */
export const MAX_KEY_SET_BYTES = 150 * 1024
export const MAX_KEYS = 10
/** How long a key set is kept, and a failure to get one; AWS documents neither. */
export const KEY_SET_SECONDS = 300
export const KEY_SET_RETRY_SECONDS = 10
/** A key that is not in the set is looked for again, but not more often than this: the function does it as often. */
export const KEY_SET_MISS_SECONDS = 1

/** What AWS WAF inspects of a body that comes to a load balancer; what is beyond is a body over the size. */
export const INSPECTED_BODY_BYTES = 8 * 1024

/** Access log lines of a load balancer that are kept in memory. */
export const MAX_LOG_LINES = 10_000
