/** Requests that AWS itself makes, such as those of Cognito to a company's identity provider. */
import type { Wire } from './wire.ts'

/**
 * Calls a host on the internet from AWS's own addresses.
 * @param form the body of a POST; absent: a GET
 * @throws Error if no host answers
 */
export async function fetchedBy(wire: Wire, url: string, form?: string): Promise<{ status: number; text: string }> {
  const { host, pathname, search } = new URL(url)
  const answer = await wire.call(AWS_ITSELF, {
    host,
    method: form === undefined ? 'GET' : 'POST',
    target: `${pathname}${search}`,
    ...(form !== undefined && {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new TextEncoder().encode(form),
    }),
  })
  if (!('status' in answer)) throw new Error(`${host} is not reached`)
  return { status: answer.status, text: Buffer.from(answer.body).toString('utf8') }
}

/** A documentation address. AWS does not document from which addresses Cognito calls. */
const AWS_ITSELF = { kind: 'internet', address: '198.51.100.53' } as const
