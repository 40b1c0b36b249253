/** For tests of containers: the declarations of a network, a load balancer, and everything else that an ECS service needs. */
import type { Declared, Properties } from '../ledger/ledger.ts'
import { GatewayDeclarer, json } from './gateway.ts'

export const IMAGE_DIGEST = `sha256:${'a'.repeat(64)}`

const TARGET_GROUP = 'aws:lb/targetGroup:TargetGroup'

const trusted = json({ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' })

export class ContainerDeclarer extends GatewayDeclarer {
  cluster!: Declared
  targetGroup!: Declared
  definition!: Declared
  vpcId = ''

  override async prepare(): Promise<this> {
    await super.prepare()
    this.vpcId = String(this.group.outputs.vpcId)
    this.cluster = await this.make('aws:ecs/cluster:Cluster', 'cluster', { name: 'main' })
    await this.make('aws:ecr/repository:Repository', 'images', { name: 'server' })
    for (const name of ['task', 'execution'])
      await this.make('aws:iam/role:Role', name, { name, assumeRolePolicy: trusted })
    this.targetGroup = await this.make(TARGET_GROUP, 'tasks', this.group8080)
    this.definition = await this.make('aws:ecs/taskDefinition:TaskDefinition', 'definition', this.task())
    return this
  }

  get group8080(): Properties {
    return { name: 'tasks', targetType: 'ip', port: 8080, protocol: 'HTTP', vpcId: this.vpcId }
  }

  container(changes: Properties = {}): Properties {
    const image = `111111111111.dkr.ecr.us-east-1.amazonaws.com/server@${IMAGE_DIGEST}`
    return { name: 'server', image, portMappings: [{ containerPort: 8080 }], ...changes }
  }

  task(changes: Properties = {}, container = this.container()): Properties {
    return {
      family: 'server',
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      taskRoleArn: 'arn:aws:iam::111111111111:role/task',
      executionRoleArn: 'arn:aws:iam::111111111111:role/execution',
      containerDefinitions: JSON.stringify([container]),
      ...changes,
    }
  }

  service(changes: Properties = {}): Properties {
    return {
      name: 'server',
      cluster: this.cluster.id,
      taskDefinition: String(this.definition.outputs.arn),
      launchType: 'FARGATE',
      desiredCount: 2,
      networkConfiguration: { subnets: this.subnetIds, securityGroups: [this.group.id] },
      loadBalancers: [{ targetGroupArn: this.targetGroup.id, containerName: 'server', containerPort: 8080 }],
      ...changes,
    }
  }

  /** Makes a rule that forwards to the target group, but that no request matches. */
  async forward(): Promise<Declared> {
    const { id: listenerArn } = await this.listener()
    return this.make('aws:lb/listenerRule:ListenerRule', 'never', {
      listenerArn,
      priority: 1,
      conditions: [{ sourceIp: { values: ['255.255.255.255/32'] } }],
      actions: [{ type: 'forward', targetGroupArn: this.targetGroup.id }],
    })
  }
}
