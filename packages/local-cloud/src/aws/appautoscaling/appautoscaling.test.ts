import { beforeEach, describe, expect, it } from 'vitest'
import type { Properties } from '../../ledger/ledger.ts'
import { ContainerDeclarer } from '../../testing/container.ts'
import { SERVICE } from '../ecs/calls.ts'
import { SCALING_POLICY, TARGET } from './calls.ts'

const KEY = {
  resourceId: 'service/main/server',
  scalableDimension: 'ecs:service:DesiredCount',
  serviceNamespace: 'ecs',
}
const CAPACITY = { ...KEY, minCapacity: 2, maxCapacity: 4 }

let cloud: ContainerDeclarer

beforeEach(async () => {
  cloud = await new ContainerDeclarer().prepare()
  await cloud.forward()
})

describe('scaling of a service', () => {
  const policy = (tracking: Properties) => ({
    ...KEY,
    name: 'in-flight',
    policyType: 'TargetTrackingScaling',
    targetTrackingScalingPolicyConfiguration: { targetValue: 10, ...tracking },
  })
  const requests = (resourceLabel: string) => ({
    predefinedMetricSpecification: { predefinedMetricType: 'ALBRequestCountPerTarget', resourceLabel },
  })

  it('needs the service, and a target before a policy', async () => {
    expect(await cloud.refusal(TARGET, 't', CAPACITY)).toContain("ECS service doesn't exist: service/main/server")
    await cloud.make(SERVICE, 'server', cloud.service())
    expect(await cloud.refusal(TARGET, 't', { ...CAPACITY, minCapacity: 5 })).toContain('Maximum capacity')
    const before = policy({
      predefinedMetricSpecification: { predefinedMetricType: 'ECSServiceAverageCPUUtilization' },
    })
    expect(await cloud.refusal(SCALING_POLICY, 'p', before)).toContain('No scalable target registered')
    await cloud.make(TARGET, 't', CAPACITY)
    expect(await cloud.refusal(TARGET, 'u', CAPACITY)).toContain('is a scalable target already')
    await cloud.make(SCALING_POLICY, 'p', before)
    const front = cloud.ledger.all('aws:lb/loadBalancer:LoadBalancer')[0]?.outputs.arnSuffix
    expect(await cloud.refusal(SCALING_POLICY, 'q', policy(requests(`${front}/targetgroup/x/1`)))).toContain(
      'does not name a load balancer and a target group',
    )
    await cloud.make(SCALING_POLICY, 'q', policy(requests(`${front}/${cloud.targetGroup.outputs.arnSuffix}`)))
    expect(await cloud.refusal(SCALING_POLICY, 'r', policy({}))).toContain('Exactly one of')
    expect(await cloud.refusal(SCALING_POLICY, 'r', policy({ ...requests('x'), targetValue: 0 }))).toContain(
      'targetValue must be greater than 0',
    )
  })
})
