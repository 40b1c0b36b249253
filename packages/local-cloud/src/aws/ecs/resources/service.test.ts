import { beforeEach, describe, expect, it } from 'vitest'
import type { Properties } from '../../../ledger/ledger.ts'
import { ContainerDeclarer } from '../../../testing/container.ts'
import { SERVICE } from '../calls.ts'

let cloud: ContainerDeclarer

beforeEach(async () => {
  cloud = await new ContainerDeclarer().prepare()
})

describe('a service', () => {
  const refusal = (changes: Properties) => cloud.refusal(SERVICE, 'server', cloud.service(changes))

  it('is refused on a target group that no rule forwards to', async () => {
    const message = `InvalidParameterException: The target group with targetGroupArn ${cloud.targetGroup.id} does not have an associated load balancer.`
    expect(await refusal({})).toBe(message)
    await cloud.forward()
    const { id, outputs } = await cloud.make(SERVICE, 'server', cloud.service())
    expect(id).toBe('arn:aws:ecs:us-east-1:111111111111:service/main/server')
    expect(outputs).toMatchObject({ launchType: 'FARGATE', elasticNetworkInterfaces: [] })
    expect(await cloud.refusal(SERVICE, 'another', cloud.service())).toContain('was not idempotent')
    expect(cloud.holders(cloud.cluster)).toEqual([SERVICE])
    // Its tasks may be on both; what it was started from is free.
    expect(cloud.holders(cloud.group)).toContain(SERVICE)
    expect(cloud.holders(cloud.definition)).toEqual([])
  })

  it('needs a target group of addresses, and the container and port that it names', async () => {
    await cloud.forward()
    const lambda = await cloud.make('aws:lb/targetGroup:TargetGroup', 'f', { name: 'f', targetType: 'lambda' })
    const at = (changes: Properties) => refusal({ loadBalancers: [{ ...balancer, ...changes }] })
    const balancer = { targetGroupArn: cloud.targetGroup.id, containerName: 'server', containerPort: 8080 }
    expect(await at({ targetGroupArn: lambda.id })).toContain('incompatible with the awsvpc network mode')
    expect(await at({ containerName: 'other' })).toContain('The container other does not exist in the task definition')
    expect(await at({ containerPort: 80 })).toContain('did not have a container port 80 defined')
  })

  it.each<[Properties, string]>([
    [{ cluster: 'none' }, 'ClusterNotFoundException: Cluster not found.'],
    [{ taskDefinition: 'none:1' }, 'ClientException: TaskDefinition not found.'],
    [{ networkConfiguration: null }, "when networkMode 'awsvpc' is specified"],
    [{ networkConfiguration: { subnets: ['subnet-0'] } }, 'InvalidSubnetID.NotFound'],
    [{ deploymentMinimumHealthyPercent: 100, deploymentMaximumPercent: 100 }, 'will block deployments'],
    [{ loadBalancers: [], healthCheckGracePeriodSeconds: 5 }, 'Health check grace period is only valid'],
    [{ name: 'a b' }, 'Invalid service name'],
  ])('is refused: %j', async (changes, message) => {
    await cloud.forward()
    expect(await refusal(changes)).toContain(message)
  })

  it('is known by its launch type', async () => {
    await expect(cloud.make(SERVICE, 's', cloud.service({ launchType: 'EC2' }))).rejects.toThrow('launchType "EC2"')
  })
})
