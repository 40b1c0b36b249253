/** Response headers about the page: where its code may come from, what it may call, and who may embed it in a frame. */

/** Two years, which browsers' preload lists demand. */
export const HSTS_SECONDS = 63_072_000

/**
 * lit-html turns the static text of templates into nodes with this trusted types policy. No other policy may exist, so no other code can make
 * markup.
 */
const TEMPLATES = 'lit-html'

/** @param connectsTo origins besides the page's own: the gateway and the sign-in pages */
export const contentSecurityPolicy = (connectsTo: readonly string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // Pasted images are shown from memory.
    "img-src 'self' blob:",
    `connect-src ${["'self'", ...connectsTo].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    `trusted-types ${TEMPLATES}`,
  ].join('; ')

/** Browser features that the page does not use, and so forbids. */
export const PERMISSIONS_POLICY = [
  ...['accelerometer', 'camera', 'display-capture', 'geolocation', 'gyroscope', 'magnetometer', 'microphone', 'midi'],
  ...['payment', 'usb', 'browsing-topics'],
]
  .map((feature) => `${feature}=()`)
  .join(', ')
