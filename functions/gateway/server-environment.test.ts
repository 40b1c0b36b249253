import { describe, expect, it } from 'vitest'
import { readServerEnvironment } from './server-environment.ts'

describe('readServerEnvironment', () => {
  it('has a default for everything', () => {
    expect(readServerEnvironment({})).toEqual({
      port: 8080,
      limits: { firstEventMilliseconds: 300_000, idleMilliseconds: 120_000 },
      totalMilliseconds: 900_000,
      keepAliveMilliseconds: 4_010_000,
      stopMilliseconds: 110_000,
    })
  })

  it('takes seconds, and fractions of them', () => {
    const given = { PORT: '0', TOTAL_TIMEOUT_SECONDS: '0.5', STOP_TIMEOUT_SECONDS: '' }
    expect(readServerEnvironment(given)).toMatchObject({ port: 0, totalMilliseconds: 500, stopMilliseconds: 110_000 })
  })

  it.each([
    ['TOTAL_TIMEOUT_SECONDS', '0', 'must be a number of seconds above 0, not "0"'],
    ['IDLE_TIMEOUT_SECONDS', '2m', 'must be a number of seconds above 0, not "2m"'],
    ['PORT', '', 'must be a port, 0 to 65535, not ""'],
    ['PORT', '80.5', 'must be a port, 0 to 65535, not "80.5"'],
    ['PORT', '70000', 'must be a port, 0 to 65535, not "70000"'],
  ])('refuses %s = %j', (name, value, words) => {
    expect(() => readServerEnvironment({ [name]: value })).toThrow(`The environment variable ${name} ${words}`)
  })
})
