import { describe, expect, it } from 'vitest'
import { parseHubOutputs } from '../shared/read-contract.ts'
import { recordHub } from '../tests/hub-fixture.ts'

const ARN = 'arn:aws:service:us-east-1:111111111111:usage'

describe('the table of counters', async () => {
  const recorded = await recordHub()

  it('is in every hub, paid by the request, recoverable, and forgets what is over', () => {
    expect(recorded.one('aws:dynamodb/table:Table', 'usage').inputs).toMatchObject({
      name: 'genai-usage',
      hashKey: 'scope',
      attributes: [{ name: 'scope', type: 'S' }],
      billingMode: 'PAY_PER_REQUEST',
      ttl: { attributeName: 'ttl', enabled: true },
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
      deletionProtectionEnabled: true,
    })
    const unprotected = recordHub({ deletionProtection: false })
    return expect(
      unprotected.then(({ one }) => one('aws:dynamodb/table:Table', 'usage').inputs.deletionProtectionEnabled),
    ).resolves.toBe(false)
  })

  it('is written by gateways only, and nobody deletes or replaces what is in it', () => {
    const { inputs } = recorded.one('aws:dynamodb/resourcePolicy:ResourcePolicy', 'usage')
    expect(inputs.resourceArn).toBe(ARN)
    expect(JSON.parse(String(inputs.policy)).Statement).toEqual([
      expect.objectContaining({
        Effect: 'Deny',
        Principal: '*',
        Action: expect.arrayContaining(['dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:PartiQLUpdate']),
      }),
      expect.objectContaining({
        Effect: 'Deny',
        Action: 'dynamodb:UpdateItem',
        Condition: {
          ArnNotLike: {
            'aws:PrincipalArn': [
              'arn:aws:iam::111111111111:role/genai-gateway-*',
              'arn:aws:iam::111111111111:role/genai-task-*',
            ],
          },
        },
      }),
    ])
  })

  it('is counted in through the DynamoDB endpoint, within the boundary, and tenants are told of it', () => {
    expect(recorded.one('aws:ec2/vpcEndpoint:VpcEndpoint', 'endpoints-dynamodb').inputs.policy).toContain(ARN)
    expect(recorded.one('aws:iam/policy:Policy', 'destroy-tenants-first').inputs.policy).toContain(ARN)
    expect(parseHubOutputs(recorded.outputs, 'hub')).toMatchObject({
      usageTableName: 'genai-usage',
      usageTableArn: ARN,
    })
  })

  it('is within the boundary of tasks too', async () => {
    const { one } = await recordHub({ fargate: true })
    expect(one('aws:iam/policy:Policy', 'destroy-tenants-first-tasks').inputs.policy).toContain(ARN)
  })
})
