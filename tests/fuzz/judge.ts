/**
 * The whole request function, from the load balancer's event to its result, given what nobody should send and what no
 * service should answer. Whatever it is: one answer of the closed list that is no 500, one log line, no stack trace, nothing
 * of the prompt or the token in either, and no rejection that nobody handles.
 */
import { expect } from 'vitest'
import { sendWhole, type WholeAnswer } from '../../functions/gateway/adapters/event.ts'
import { ERRORS } from '../../functions/gateway/errors.ts'
import { createTestAppFor } from '../../functions/gateway/testing/app.ts'
import { claims, createSigner } from '../../functions/gateway/testing/support.ts'
import { NOW, type Past, plain, send } from './support.ts'

type App = ReturnType<typeof createTestAppFor<WholeAnswer>>

export interface Judge {
  /** A good token of tenant1. */
  readonly token: string
  /** A token under the pool's own signature, with these changes of a good one's claims. */
  sign(changes: Readonly<Record<string, unknown>>): Promise<{ readonly token: string; readonly claims: Claims }>
  /** A good event with these changes. */
  good(changes?: object): object
  /** Sends an event and holds the answer to what every answer must be. */
  judged(event: unknown, secrets?: readonly string[], arrange?: (app: App) => void): Promise<Past['expected']>
  close(): void
}

type Claims = Readonly<Record<string, unknown>>

export async function createJudge(): Promise<Judge> {
  const signer = await createSigner('key-1')
  const token = await signer.sign(claims(NOW / 1000))
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', note)

  async function judged(
    event: unknown,
    secrets: readonly string[] = [],
    arrange: (app: App) => void = () => {},
  ): Promise<Past['expected']> {
    const testApp = createTestAppFor(sendWhole, signer.jwk, NOW)
    arrange(testApp)
    const { result, log } = await send(testApp, event)
    const text = JSON.stringify([result, log])
    const headers = { ...result.headers, ...result.multiValueHeaders }
    const code = [headers['x-error-code'] ?? []].flat()[0]
    expect(result.statusCode).not.toBe(500)
    if (result.statusCode === 200) expect(code).toBeUndefined()
    else expect(Object.keys(ERRORS)).toContain(code)
    expect(log).toHaveLength(1)
    expect(log[0]?.outcome).toBe(result.statusCode === 200 ? 'ok' : code)
    expect(text).not.toMatch(/\\n\s+at |node:internal|\.ts:\d+/)
    for (const secret of secrets) expect(text).not.toContain(secret)
    expect(() => JSON.parse(result.body)).not.toThrow()
    expect(unhandled).toEqual([])
    return { status: result.statusCode, ...(code !== undefined && { code }) }
  }

  const good = (changes: object = {}) => ({
    httpMethod: 'POST',
    path: '/tenant1/invoke',
    multiValueHeaders: { authorization: [`Bearer ${token}`], 'content-type': ['application/json'] },
    body: '{"prompt":"a"}',
    isBase64Encoded: false,
    ...changes,
  })

  return {
    token,
    good,
    judged,
    async sign(changes) {
      const changed = JSON.parse(plain({ ...claims(NOW / 1000), ...changes })) as Claims
      return { token: await signer.sign(changed), claims: changed }
    },
    close: () => void process.off('unhandledRejection', note),
  }
}
