import { beforeAll, describe, expect, it } from 'vitest'
import { parseHubOutputs } from '../shared/read-contract.ts'
import { HUB_SETTINGS, type HubRecording, recordHub } from '../tests/hub-fixture.ts'

const baseImage = `public.ecr.aws/docker/library/node@sha256:${'0'.repeat(64)}`
let hub: HubRecording
let without: HubRecording
beforeAll(async () => {
  hub = await recordHub({ fargate: true, gatewayBaseImage: baseImage })
  without = await recordHub()
})

const json = (value: unknown) => JSON.parse(String(value))
const names = ({ resources }: HubRecording) => resources.map(({ type, name }) => `${type} ${name}`)

describe('a hub with Fargate', () => {
  it('is a hub without it, and more', () => {
    expect(names(hub)).toEqual(expect.arrayContaining(names(without)))
    const more = names(hub).filter((name) => !names(without).includes(name))
    expect(more.filter((name) => name.startsWith('aws:')).sort()).toEqual([
      'aws:ec2/securityGroup:SecurityGroup fargate',
      'aws:ec2/vpcEndpoint:VpcEndpoint endpoints-ecr.api',
      'aws:ec2/vpcEndpoint:VpcEndpoint endpoints-ecr.dkr',
      'aws:ec2/vpcEndpoint:VpcEndpoint endpoints-logs',
      'aws:ec2/vpcEndpoint:VpcEndpoint endpoints-s3',
      'aws:ecr/lifecyclePolicy:LifecyclePolicy fargate',
      'aws:ecr/repository:Repository fargate',
      'aws:ecs/cluster:Cluster fargate',
      'aws:iam/policy:Policy destroy-tenants-first-tasks',
      'aws:iam/policy:Policy onboarding-service',
      'aws:iam/policy:Policy onboarding-tasks',
      'aws:iam/rolePolicyAttachment:RolePolicyAttachment onboarding-service',
      'aws:iam/rolePolicyAttachment:RolePolicyAttachment onboarding-tasks',
      'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule fargate-layers',
      'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule fargate-load-balancer',
      'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule fargate-load-balancer',
    ])
  })

  it('answers one more output, which the contract takes', () => {
    expect(without.outputs).not.toHaveProperty('fargate')
    expect(hub.outputs.fargate).toEqual({
      clusterArn: expect.stringContaining(':fargate'),
      clusterName: 'genai',
      repositoryName: 'genai-gateway',
      repositoryArn: 'arn:aws:ecr:us-east-1:111111111111:repository/genai-gateway',
      repositoryUrl: '111111111111.dkr.ecr.us-east-1.amazonaws.com/genai-gateway',
      taskSecurityGroupId: 'fargate-id',
      taskBoundaryArn: expect.stringContaining('destroy-tenants-first-tasks'),
      baseImage,
      vcpuLimit: 6,
      listenerRules: 100,
    })
    expect(parseHubOutputs(hub.outputs, 'organization/genai-hub-spoke/hub')).toEqual(hub.outputs)
    expect(() => parseHubOutputs({ ...hub.outputs, fargate: { clusterArn: 'arn' } }, 'hub')).toThrow(/fargate is/)
  })

  it('lets the load balancer to tasks on their one port, and tasks to images only', () => {
    const rule = (direction: 'Ingress' | 'Egress', name: string) =>
      hub.one(`aws:vpc/securityGroup${direction}Rule:SecurityGroup${direction}Rule`, name).inputs
    const toTasks = { ipProtocol: 'tcp', fromPort: 8080, toPort: 8080 }
    expect(rule('Ingress', 'fargate-load-balancer')).toMatchObject({
      ...toTasks,
      securityGroupId: 'fargate-id',
      referencedSecurityGroupId: 'load-balancer-id',
    })
    expect(rule('Egress', 'fargate-load-balancer')).toMatchObject({
      ...toTasks,
      securityGroupId: 'load-balancer-id',
      referencedSecurityGroupId: 'fargate-id',
    })
    expect(rule('Egress', 'fargate-layers')).toMatchObject({
      securityGroupId: 'fargate-id',
      prefixListId: 'pl-endpoints-s3',
      fromPort: 443,
      toPort: 443,
    })
  })

  it('opens its endpoints to those who start tasks, and the layers to nobody in particular', () => {
    const policy = (service: string) =>
      json(hub.one('aws:ec2/vpcEndpoint:VpcEndpoint', `endpoints-${service}`).inputs.policy)
    const startsTasks = { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/genai-taskexecution-*' } }
    for (const service of ['ecr.api', 'ecr.dkr', 'logs'])
      for (const statement of policy(service).Statement) expect(statement.Condition).toEqual(startsTasks)
    expect(policy('s3').Statement).toEqual([
      expect.objectContaining({
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*',
      }),
    ])
    for (const service of ['dynamodb', 'sts'])
      for (const statement of policy(service).Statement)
        expect(statement.Condition.ArnLike['aws:PrincipalArn']).toEqual([
          'arn:aws:iam::111111111111:role/genai-gateway-*',
          'arn:aws:iam::111111111111:role/genai-task-*',
        ])
  })

  it('keeps images under tags that never change, scanned, and expires only what has none', () => {
    expect(hub.one('aws:ecr/repository:Repository').inputs).toMatchObject({
      name: 'genai-gateway',
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
      forceDelete: false,
    })
    const { rules } = json(hub.one('aws:ecr/lifecyclePolicy:LifecyclePolicy').inputs.policy)
    expect(rules).toEqual([expect.objectContaining({ selection: expect.objectContaining({ tagStatus: 'untagged' }) })])
  })

  it('is not destroyed under tenants: the boundary of tasks goes first of all', () => {
    const boundary = hub.one('aws:iam/policy:Policy', 'destroy-tenants-first-tasks')
    expect(boundary.dependencies).toContain('aws:iam/policy:Policy destroy-tenants-first')
    expect(hub.one('aws:iam/policy:Policy', 'destroy-tenants-first').dependencies).toContain(
      'aws:ecs/cluster:Cluster fargate',
    )
  })

  it('deletes images with the repository only without protection', async () => {
    const unprotected = await recordHub({ fargate: true, deletionProtection: false })
    expect(unprotected.one('aws:ecr/repository:Repository').inputs.forceDelete).toBe(true)
    expect(unprotected.outputs.fargate).not.toHaveProperty('baseImage')
  })

  it('can be previewed', async () => {
    expect(names(await recordHub({ ...HUB_SETTINGS, fargate: true }, true)).sort()).toEqual(names(hub).sort())
  })
})
