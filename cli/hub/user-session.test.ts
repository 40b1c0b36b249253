import { describe, expect, it } from 'vitest'
import { federatedPath } from './user-session.ts'

const ISSUER = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool'
const tokenWith = (claims: object) =>
  `e30.${Buffer.from(JSON.stringify({ iss: ISSUER, ...claims })).toString('base64url')}.`

describe('the path of a federated person', () => {
  it('is that of the provider whose group is in the token', () =>
    expect(federatedPath(tokenWith({ 'cognito:groups': ['us-east-1_Pool_acme'] }), 'tenant1', 'acme')).toBe(
      'tenant1.acme',
    ))

  it.each<[string, object]>([
    ['a user without groups', {}],
    ['a person of another provider', { 'cognito:groups': ['us-east-1_Pool_globex'] }],
    ['a group of another pool', { 'cognito:groups': ['us-east-1_Other_acme'] }],
    ['a group that is no list', { 'cognito:groups': 'us-east-1_Pool_acme' }],
  ])('is refused to %s', (_, claims) =>
    expect(() => federatedPath(tokenWith(claims), 'tenant1', 'acme')).toThrow('did not sign in at acme'),
  )
})
