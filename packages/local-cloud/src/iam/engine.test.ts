/** The ways around iam-simulate say what it would have said. */
import { expect, it } from 'vitest'
import type { PolicyStatement } from '../organization.ts'
import { engineVerdict, evaluateStatements, type Verdict } from './engine.ts'

const PEER = { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } }
const ACTIONS = [
  '*',
  'ec2:*',
  'EC2:describe*',
  'ec2:CreateSubnet',
  'kms:Decrypt',
  ['kms:Decrypt', 'ec2:Create*', 'ec2:CreateSubnet', 'iam:Put?olePolicy', 's3:GetObject', 'sts:AssumeRole'],
]
const RESOURCES = [
  '*',
  ['*'],
  'arn:aws:ec2:us-east-1:111111111111:subnet/*',
  ['arn:aws:ec2:us-east-1:111111111111:vpc/vpc-1', 'arn:aws:iam::111111111111:role/lane-*'],
]
const CONDITIONS = [undefined, {}, PEER, { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } }]

const STATEMENTS: readonly PolicyStatement[] = (['Allow', 'Deny'] as const).flatMap((Effect) => [
  ...ACTIONS.flatMap((Action) =>
    RESOURCES.flatMap((Resource) =>
      CONDITIONS.map((Condition) => ({ Effect, Action, Resource, ...(Condition && { Condition }) }) as PolicyStatement),
    ),
  ),
  { Effect, NotAction: 'ec2:*', Resource: '*' } as unknown as PolicyStatement,
  { Effect, Action: 'ec2:*', NotResource: 'arn:aws:ec2:*:*:subnet/*' } as unknown as PolicyStatement,
])

const REQUESTS = [
  { action: 'ec2:CreateSubnet', resource: 'arn:aws:ec2:us-east-1:111111111111:subnet/*' },
  { action: 'ec2:CreateSubnet', resource: 'arn:aws:ec2:us-east-1:111111111111:vpc/vpc-1' },
  { action: 'ec2:DescribeSubnets', resource: '*' },
  { action: 'kms:Decrypt', resource: 'arn:aws:kms:us-east-1:111111111111:key/1' },
  { action: 'iam:PutRolePolicy', resource: 'arn:aws:iam::111111111111:role/lane-tenant1' },
  { action: 'iam:PutRolePolicy', resource: 'arn:aws:iam::111111111111:role/aws-reserved/one' },
  { action: 's3:GetObject', resource: 'arn:aws:s3:::bucket/key' },
  { action: 'sts:AssumeRole', resource: 'arn:aws:iam::111111111111:role/lane-tenant1' },
].map((request) => ({ ...request, context: { 'aws:PrincipalOrgID': 'o-1' } }))

it('every statement, by itself and beside others, as the engine has it', () => {
  const seen = new Set<Verdict>()
  for (const request of REQUESTS)
    STATEMENTS.forEach((statement, index) => {
      // Beside it, nothing or another one: all pairs would take minutes.
      for (const other of [undefined, STATEMENTS[(index * 7 + 3) % STATEMENTS.length], STATEMENTS[index % 5]]) {
        const statements = other ? [statement, other] : [statement]
        const verdict = evaluateStatements(statements, request)
        expect([request.action, statements, verdict]).toEqual([
          request.action,
          statements,
          engineVerdict(statements, request),
        ])
        seen.add(verdict)
      }
    })
  expect([...seen].sort()).toEqual(['allow', 'explicit', 'implicit'])
})

it('a statement with many actions is narrowed, and is itself again for the next action', () => {
  const statement = {
    Effect: 'Allow',
    Action: ['ec2:CreateSubnet', 'ec2:DeleteSubnet'],
    Resource: '*',
    Condition: PEER,
  } as const
  const ask = (action: string) =>
    evaluateStatements([statement], { action, resource: '*', context: { 'aws:PrincipalOrgID': 'o-1' } })
  expect(['ec2:DeleteSubnet', 'ec2:CreateSubnet', 'ec2:CreateVpc'].map(ask)).toEqual(['allow', 'allow', 'implicit'])
})
