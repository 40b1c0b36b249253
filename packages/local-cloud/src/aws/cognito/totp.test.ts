import { expect, it } from 'vitest'
import { newTotpSecret, stepOfCode, totpCode, totpStep } from './totp.ts'

/** RFC 6238, appendix B: the ASCII text "12345678901234567890". */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

it.each([
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
])('the code at %i seconds is that of RFC 6238', (time, code) => {
  expect(totpCode(SECRET, totpStep(time), 8)).toBe(code)
})

it('a code is good in its own half minute and the ones beside it', () => {
  const now = 1_234_567_890
  const code = totpCode(SECRET, totpStep(now))
  expect(code).toBe('005924')
  const step = totpStep(now)
  expect([-60, -30, 0, 30, 60].map((apart) => stepOfCode(SECRET, code, now + apart))).toEqual([
    undefined,
    step,
    step,
    step,
    undefined,
  ])
})

it.each(['', '12345', '1234567', 'abcdef', '005924 ', '-05924'])('"%s" is no code', (code) => {
  expect(stepOfCode(SECRET, code, 1_234_567_890)).toBeUndefined()
})

it('each secret is another one, of 160 bits in base32', () => {
  const secrets = Array.from({ length: 50 }, newTotpSecret)
  expect(new Set(secrets).size).toBe(50)
  for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/)
  expect(() => totpCode('not base32!', 1)).toThrow('is base32')
})
