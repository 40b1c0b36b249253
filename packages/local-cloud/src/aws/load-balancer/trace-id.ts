/** `X-Amzn-Trace-Id`: as on AWS, a client's own value is kept and extended. */
import { randomBytes } from 'node:crypto'

export function traceIdOf(headers: readonly (readonly [string, string])[], now: number): string {
  const fresh = `1-${Math.floor(now).toString(16).padStart(8, '0')}-${randomBytes(12).toString('hex')}`
  const sent = headers.find(([name]) => name === 'x-amzn-trace-id')?.[1]
  if (sent === undefined) return `Root=${fresh}`
  const fields = sent.split(';').filter((field) => field !== '' && !field.startsWith('Self='))
  const rooted = fields.some((field) => field.startsWith('Root='))
  return rooted ? `Self=${fresh};${fields.join(';')}` : [`Root=${fresh}`, ...fields].join(';')
}
