import { beforeEach, describe, expect, it } from 'vitest'
import type { Properties } from '../../../ledger/ledger.ts'
import { ContainerDeclarer } from '../../../testing/container.ts'
import { CLUSTER, TASK_DEFINITION } from '../calls.ts'

let cloud: ContainerDeclarer

beforeEach(async () => {
  cloud = await new ContainerDeclarer().prepare()
})

describe('a task definition', () => {
  it('has a revision of its own, and no other sizes than Fargate has', async () => {
    expect(cloud.definition.outputs.arn).toBe('arn:aws:ecs:us-east-1:111111111111:task-definition/server:1')
    const next = await cloud.make(TASK_DEFINITION, 'next', cloud.task({ cpu: '1024', memory: '2048' }))
    expect(next.outputs.revision).toBe(2)
    const size = (cpu: string, memory: string) => cloud.refusal(TASK_DEFINITION, 'x', cloud.task({ cpu, memory }))
    for (const [cpu, memory] of [
      ['256', '4096'],
      ['1024', '1024'],
      ['300', '512'],
      ['8192', '17408'],
    ] as const)
      expect(await size(cpu, memory)).toBe('ClientException: No Fargate configuration exists for given values.')
  })

  it.each<[Properties, Properties, string]>([
    [{ networkMode: 'bridge' }, {}, "only supports network mode 'awsvpc'"],
    [{ cpu: null }, {}, "requires that 'cpu' be defined"],
    [{ executionRoleArn: null }, {}, 'execution role ARN to support ECR images'],
    [{ taskRoleArn: 'arn:aws:iam::222222222222:role/x' }, {}, 'Cross-account pass role'],
    [{}, { stopTimeout: 121 }, 'between 0 and 120'],
    [{}, { portMappings: [{ containerPort: 8080, hostPort: 80 }] }, 'the host ports and container ports'],
    [{}, { privileged: true }, 'does not support privileged containers'],
    [{}, { essential: false }, 'at least one essential container'],
    [{}, { logConfiguration: { logDriver: 'awslogs', options: {} } }, 'Log driver awslogs requires options'],
    [{}, { image: null }, 'Container.image should not be null'],
  ])('is refused: %j %j', async (task, container, message) => {
    expect(await cloud.refusal(TASK_DEFINITION, 'x', cloud.task(task, cloud.container(container)))).toContain(message)
  })

  it('names what this cloud does not run', async () => {
    const made = (container: Properties) => cloud.make(TASK_DEFINITION, 'x', cloud.task({}, cloud.container(container)))
    await expect(made({ healthCheck: { command: ['x'] } })).rejects.toThrow('healthCheck in a container definition')
    await expect(made({ command: ['x'] })).rejects.toThrow('command in a container definition')
  })
})

it('a cluster has a name of its own', async () => {
  expect(await cloud.refusal(CLUSTER, 'x', { name: 'main' })).toContain('inconsistent with arguments')
  expect(await cloud.refusal(CLUSTER, 'x', { name: 'a b' })).toContain('Invalid cluster name')
  expect(await cloud.refusal(CLUSTER, 'x', { name: 'x', settings: [{ name: 'y', value: 'z' }] })).toContain('y = z')
})
