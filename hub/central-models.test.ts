import { describe, expect, it } from 'vitest'
import { parseHubOutputs } from '../shared/read-contract.ts'
import { recordHub } from '../tests/hub-fixture.ts'

const MODEL = 'us.amazon.nova-2-lite-v1:0'
const central = { modelIds: [MODEL], modelRegions: {}, groupRules: 60 }

describe('the model endpoint that tenants share', () => {
  it('is there when models are listed, and not otherwise', async () => {
    const without = await recordHub()
    expect(without.resources.map(({ name }) => name)).not.toContain('central-models')
    expect(without.outputs).not.toHaveProperty('centralModels')
  })

  it('is in the private subnets, by its own name only, behind a group that admits nobody', async () => {
    const { resources, one } = await recordHub({ centralModels: central })
    const { inputs } = one('aws:ec2/vpcEndpoint:VpcEndpoint', 'central-models')
    expect(inputs).toMatchObject({
      serviceName: 'com.amazonaws.us-east-1.bedrock-runtime',
      vpcEndpointType: 'Interface',
      subnetIds: ['subnet-private-a', 'subnet-private-b'],
      securityGroupIds: ['central-models-id'],
      privateDnsEnabled: false,
    })
    expect(inputs.policy).toContain('arn:aws:iam::*:role/genai-models-*')
    expect(inputs.policy).toContain(MODEL)
    const group = 'central-models-id'
    expect(resources.filter(({ inputs: { securityGroupId } }) => securityGroupId === group)).toEqual([])
  })

  it('is told to tenants, and the onboarding role may let gateways in there and nowhere else', async () => {
    const { outputs, one } = await recordHub({ centralModels: central })
    const group = 'central-models-id'
    expect(parseHubOutputs(outputs, 'organization/genai-hub-spoke/hub').centralModels).toEqual({
      endpointId: 'central-models-id',
      endpointHost: 'vpce-0abc-1def.bedrock-runtime.us-east-1.vpce.amazonaws.com',
      securityGroupId: group,
      ...central,
    })
    const { Statement } = JSON.parse(String(one('aws:iam/policy:Policy', 'onboarding-network').inputs.policy))
    const letsIn = Statement.filter(({ Action }: { Action: unknown }) =>
      /AuthorizeSecurityGroupIngress/.test(JSON.stringify(Action)),
    )
    expect(letsIn.map(({ Resource }: { Resource: unknown }) => Resource)).toEqual([
      `arn:aws:ec2:us-east-1:111111111111:security-group/${group}`,
      'arn:aws:ec2:us-east-1:111111111111:security-group-rule/*',
    ])
    const plain = (await recordHub()).one('aws:iam/policy:Policy', 'onboarding-network').inputs.policy
    expect(plain).not.toContain('Ingress')
  })

  it('can be previewed before anything is there', async () => {
    const { resources } = await recordHub({ centralModels: central }, true)
    expect(resources.map(({ name }) => name)).toContain('central-models')
  })
})
