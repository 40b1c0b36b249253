import fc from 'fast-check'
import { expect, it } from 'vitest'
import { regionalHost } from './endpoint-host.ts'

const REGIONAL = 'vpce-0f1e-8a9b.bedrock-runtime.eu-west-1.vpce.amazonaws.com'
const OTHERS = [
  'vpce-0f1e-8a9b-eu-west-1a.bedrock-runtime.eu-west-1.vpce.amazonaws.com',
  'vpce-0f1e-8a9b-eu-west-1b.bedrock-runtime.eu-west-1.vpce.amazonaws.com',
  'bedrock-runtime.eu-west-1.amazonaws.com',
]

it('finds the regional name in any order', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([REGIONAL, ...OTHERS], { minLength: 4 }), (names) => {
      expect(regionalHost(names, 'eu-west-1')).toBe(REGIONAL)
    }),
  )
})

it('refuses zonal, private and foreign names', () => {
  expect(() => regionalHost(OTHERS, 'eu-west-1')).toThrow(
    /no regional host name in eu-west-1\. Got: vpce-0f1e-8a9b-eu-west-1a/,
  )
  expect(() => regionalHost([REGIONAL], 'eu-west-2')).toThrow(/Expected one like/)
})
