import { describe, expect, it } from 'vitest'
import { requireEndpointPolicy } from './endpoint-policy.ts'

const policy = (change: object) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 'bedrock:InvokeModel', Resource: '*', ...change }],
  })

describe('the policy of an endpoint', () => {
  it.each<[string, object]>([
    [
      'a pattern of roles in any account',
      { Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/x-*' } } },
    ],
    ['an organisation', { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorg01' } } }],
    ['a tag that has to be there', { Condition: { Null: { 'aws:PrincipalTag/tenant_id': 'false' } } }],
    [
      'a pattern with six characters beside it',
      { Condition: { StringLike: { 'aws:PrincipalTag/team': 'platform*' } } },
    ],
  ])('takes %s', (_what, change) => {
    expect(() => requireEndpointPolicy(policy(change))).not.toThrow()
  })

  it.each<[string, object, string]>([
    [
      'a pattern of accounts',
      { Condition: { StringLike: { 'aws:PrincipalAccount': '11111111*' } } },
      'aws:PrincipalAccount takes no wildcard characters, got "11111111*"',
    ],
    [
      'a pattern of next to nothing',
      { Condition: { StringLike: { 'aws:PrincipalTag/tenant_id': '?*' } } },
      'needs six characters before or after it, got "?*"',
    ],
    [
      'a part of an account in an ARN',
      { Resource: 'arn:aws:bedrock:us-east-1:1111*:inference-profile/x' },
      'is an account id or "*"',
    ],
    [
      'a part of an account in a condition',
      { Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::2222*:role/x' } } },
      'is an account id or "*"',
    ],
    ['more than fits', { Resource: Array.from({ length: 1_000 }, (_, i) => `arn:aws:s3:::bucket-${i}`) }, '20480'],
    [
      'a variable, of which nobody says what AWS does',
      { Condition: { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::*:role/x-\${aws:PrincipalTag/tenant_id}` } } },
      `does not support the policy variable \${aws:PrincipalTag/tenant_id} in an endpoint policy`,
    ],
  ])('refuses %s', (_what, change, message) => {
    expect(() => requireEndpointPolicy(policy(change))).toThrow(message)
  })
})
