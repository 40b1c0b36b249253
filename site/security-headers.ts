/** What a browser is told of the page: where it may get code from, whom it may call, and who may have it in a frame. */

/** Two years, as browsers' lists ask for. */
export const HSTS_SECONDS = 63_072_000

/** lit-html turns a template's own text into nodes by this policy; no other may exist, so nothing else can. */
const TEMPLATES = 'lit-html'

/** @param connectsTo origins besides the page's own: the gateway, and where people sign in */
export const contentSecurityPolicy = (connectsTo: readonly string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // Images that somebody pastes are shown from memory.
    "img-src 'self' blob:",
    `connect-src ${["'self'", ...connectsTo].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    `trusted-types ${TEMPLATES}`,
  ].join('; ')

/** What the page does not use. */
export const PERMISSIONS_POLICY = [
  ...['accelerometer', 'camera', 'display-capture', 'geolocation', 'gyroscope', 'magnetometer', 'microphone', 'midi'],
  ...['payment', 'usb', 'browsing-topics'],
]
  .map((feature) => `${feature}=()`)
  .join(', ')
