import { describe, expect, it } from 'vitest'
import { UserError } from '../verb.ts'
import { currentToken } from './tokens.ts'

const tokens = (idToken: string, expiresInSeconds = 1800) => ({
  idToken,
  accessToken: 'access',
  refreshToken: `refresh of ${idToken}`,
  expiresInSeconds,
})

function session(refresh: (refreshToken: string) => Promise<ReturnType<typeof tokens>>) {
  let time = 1_000_000
  const asked: string[] = []
  const token = currentToken({
    first: tokens('one'),
    now: () => time,
    refresh(refreshToken) {
      asked.push(refreshToken)
      return refresh(refreshToken)
    },
  })
  const pass = (seconds: number) => {
    time += seconds * 1000
  }
  return { token, asked, pass }
}

describe('currentToken', () => {
  it('is the first one until a minute before its end, then the next', async () => {
    const { token, asked, pass } = session(async () => tokens('two'))
    pass(1739)
    expect(await token()).toBe('one')
    pass(2)
    expect(await token()).toBe('two')
    expect(await token()).toBe('two')
    expect(asked).toEqual(['refresh of one'])
    pass(1741)
    await token()
    expect(asked).toEqual(['refresh of one', 'refresh of two'])
  })

  it('is renewed once for all who wait for it', async () => {
    const { token, asked, pass } = session(async () => tokens('two'))
    pass(1800)
    expect(await Promise.all([token(), token(), token()])).toEqual(['two', 'two', 'two'])
    expect(asked).toHaveLength(1)
  })

  it('is no old one when the session has ended, and is asked for again by the next', async () => {
    let over = true
    const { token, pass } = session(async () => {
      if (over) throw new UserError('The session has ended.')
      return tokens('two')
    })
    pass(1800)
    await expect(token()).rejects.toThrow('The session has ended.')
    over = false
    expect(await token()).toBe('two')
  })
})
