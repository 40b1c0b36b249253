/** `aws.ecs.Service`. */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { Declared, Properties } from '../../../ledger/ledger.ts'
import { call, changed, later, lifeCycle, ownTags, retag, when } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import {
  arn,
  autoName,
  flag,
  known,
  number,
  object,
  objects,
  others,
  own,
  text,
  texts,
} from '../../../resource/values.ts'
import { SUBNET } from '../../ec2/network-interfaces.ts'
import { vpcOfGroup } from '../../ec2/resources/security-group.ts'
import { isForwardedTo, TARGET_GROUP } from '../../load-balancer/listener-actions.ts'
import { clusterOf, creation, SERVICE, TAGGING, TASK_DEFINITION } from '../calls.ts'
import { client, readContainer } from '../containers.ts'

const NAME = /^[a-zA-Z0-9_-]{1,255}$/

const invalid = (message: string) => new AwsError('InvalidParameterException', message)

export const service: ResourceType = {
  type: SERVICE,
  inputs: [
    ...['name', 'cluster', 'taskDefinition', 'desiredCount', 'launchType', 'platformVersion', 'schedulingStrategy'],
    ...['deploymentMinimumHealthyPercent', 'deploymentMaximumPercent', 'healthCheckGracePeriodSeconds'],
    ...['deploymentCircuitBreaker.enable', 'deploymentCircuitBreaker.rollback', 'deploymentController.type'],
    ...['networkConfiguration.subnets', 'networkConfiguration.securityGroups', 'networkConfiguration.assignPublicIp'],
    ...['loadBalancers.targetGroupArn', 'loadBalancers.containerName', 'loadBalancers.containerPort'],
    ...['enableExecuteCommand', 'enableEcsManagedTags', 'propagateTags', 'waitForSteadyState', 'tags'],
    'availabilityZoneRebalancing',
  ],
  required: ['cluster', 'taskDefinition'],
  named: 'name',
  replaces: ['name', 'cluster', 'launchType', 'schedulingStrategy', 'deploymentController'],
  defaults: {
    deploymentMaximumPercent: 200,
    deploymentMinimumHealthyPercent: 100,
    enableEcsManagedTags: false,
    enableExecuteCommand: false,
    schedulingStrategy: 'REPLICA',
    waitForSteadyState: false,
  },
  // Running tasks need neither the task definition nor the target group that they were started with. Only the security groups of their
  // interfaces are still in use.
  releases: ['taskDefinition', 'loadBalancers'],
  refuse(situation) {
    const { inputs, current } = situation
    const name = autoName(situation)
    if (!NAME.test(name))
      throw invalid('Invalid service name: it has 1 to 255 letters, digits, hyphens and underscores.')
    const found = clusterOf(situation.ledger, situation, known(inputs, 'cluster'))
    if (!found) throw new AwsError('ClusterNotFoundException', 'Cluster not found.')
    if (!current && others(situation, SERVICE, ['arn', serviceArn(situation)]).length > 0)
      throw invalid('Creation of service was not idempotent.')
    refuseChoices(inputs)
    refuseNetwork(situation)
    const definition = definitionOf(situation)
    for (const one of objects(inputs, 'loadBalancers')) refuseTargetGroup(situation, one, definition)
    if (objects(inputs, 'loadBalancers').length === 0 && number(inputs, 'healthCheckGracePeriodSeconds') !== undefined)
      throw invalid('Health check grace period is only valid for services configured to use load balancers')
    if (flag(inputs, 'enableExecuteCommand') && text(definition.outputs, 'taskRoleArn') === undefined)
      throw invalid(
        "The service couldn't be created because a valid taskRoleArn is not being used. Specify a valid task role in your task definition and try again.",
      )
  },
  answer(situation) {
    const { inputs, current } = situation
    const id = serviceArn(situation)
    return {
      id,
      outputs: {
        name: autoName(situation),
        arn: id,
        desiredCount: number(inputs, 'desiredCount') ?? 0,
        launchType: 'FARGATE',
        platformVersion: text(inputs, 'platformVersion') ?? 'LATEST',
        // The tasks' interfaces, which the runtime writes.
        elasticNetworkInterfaces: current?.outputs.elasticNetworkInterfaces ?? [],
      },
    }
  },
  permissions: lifeCycle((situation, { id }) => {
    const { inputs } = situation
    const ofCluster = { 'ecs:cluster': clusterOf(situation.ledger, situation, known(inputs, 'cluster'))?.id ?? '*' }
    const on = (action: string, context = {}) =>
      call(`ecs:${action}`, id, { ...ownTags(situation), ...ofCluster, ...context })
    const network = object(inputs, 'networkConfiguration') ?? {}
    const choices = {
      'ecs:task-definition': known(inputs, 'taskDefinition'),
      'ecs:enable-execute-command': String(flag(inputs, 'enableExecuteCommand') ?? false),
      'ecs:auto-assign-public-ip': String(flag(network, 'assignPublicIp') ?? false),
      'ecs:subnet': texts(network, 'subnets'),
    }
    const [, path = ''] = id.split(':service/')
    const deployment = arn(situation, 'ecs', `service-deployment/${path}/*`)
    // The provider follows the deployment until it ends.
    const follow = when(
      flag(inputs, 'waitForSteadyState') === true,
      ...later(
        [],
        on('ListServiceDeployments'),
        on('DescribeServiceDeployments'),
        call('ecs:DescribeServiceDeployments', deployment, { ...ofCluster, 'ecs:service': id }),
      ),
    )
    const settings = Object.keys({ ...inputs, ...situation.current?.inputs }).filter((name) => name !== 'tags')
    return {
      create: [...creation(situation, 'CreateService', id, { ...ofCluster, ...choices }), ...follow],
      read: [on('DescribeServices')],
      update: [
        ...when(changed(situation, ...settings), on('UpdateService', choices), ...follow),
        ...retag(situation, TAGGING, id),
      ],
      // The provider first scales the service to no tasks.
      delete: [on('DescribeServices'), on('UpdateService'), on('DeleteService')],
    }
  }),
  importId: {
    format: 'CLUSTER/SERVICE',
    pattern: /^[^/]+\/[^/]+$/,
    of: ({ id }) => [id.slice(id.indexOf('service/') + 'service/'.length)],
  },
}

function serviceArn(situation: Situation): string {
  const cluster = known(situation.inputs, 'cluster')
  return arn(situation, 'ecs', `service/${cluster.slice(cluster.lastIndexOf('/') + 1)}/${autoName(situation)}`)
}

function refuseChoices(inputs: Properties): void {
  const only = { launchType: 'FARGATE', schedulingStrategy: 'REPLICA', platformVersion: 'LATEST' } as const
  const rebalancing = text(inputs, 'availabilityZoneRebalancing')
  if (rebalancing !== undefined && !['ENABLED', 'DISABLED'].includes(rebalancing))
    throw invalid(`availabilityZoneRebalancing is ${rebalancing}: ENABLED or DISABLED.`)
  if (rebalancing === 'ENABLED' && (number(inputs, 'deploymentMaximumPercent') ?? 200) <= 100)
    throw invalid('Availability Zone rebalancing does not support maximumPercent <= 100.')
  for (const [name, value] of Object.entries(only))
    if ((text(inputs, name) ?? (name === 'launchType' ? 'EC2' : value)) !== value)
      throw new UnsupportedError(`${name} "${text(inputs, name) ?? 'EC2'}" of ${SERVICE}: use "${value}"`)
  const controller = text(object(inputs, 'deploymentController') ?? {}, 'type') ?? 'ECS'
  if (controller !== 'ECS') throw new UnsupportedError(`deploymentController "${controller}" of ${SERVICE}`)
  const least = number(inputs, 'deploymentMinimumHealthyPercent') ?? 100
  const most = number(inputs, 'deploymentMaximumPercent') ?? 200
  if (least < 0 || least > 100 || most < 100 || most > 200 || least === most)
    throw invalid('Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.')
  if ((number(inputs, 'desiredCount') ?? 0) < 0) throw invalid('desiredCount must not be negative.')
}

function refuseNetwork(situation: Situation): void {
  const network = object(situation.inputs, 'networkConfiguration')
  if (!network || texts(network, 'subnets').length === 0)
    throw invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
  const vpcs = new Set<unknown>()
  for (const id of texts(network, 'subnets')) {
    const subnet = own(situation, SUBNET, id)
    if (!subnet)
      throw invalid(
        `Error retrieving subnet information for [${id}]: The subnet ID '${id}' does not exist (ErrorCode: InvalidSubnetID.NotFound)`,
      )
    vpcs.add(subnet.outputs.vpcId)
  }
  for (const id of texts(network, 'securityGroups')) {
    try {
      vpcs.add(vpcOfGroup(situation, id))
    } catch {
      throw invalid(
        `Error retrieving security group information for [${id}]: The security group '${id}' does not exist (ErrorCode: InvalidGroup.NotFound)`,
      )
    }
  }
  if (vpcs.size > 1) throw invalid('subnets and security groups must belong to the same VPC.')
}

function definitionOf(situation: Situation): Declared {
  const given = known(situation.inputs, 'taskDefinition')
  const found = situation.ledger
    .all(TASK_DEFINITION)
    .filter(({ account, region }) => account === situation.account && region === situation.region)
    .find(({ outputs }) => [outputs.arn, `${outputs.family}:${outputs.revision}`].includes(given))
  if (!found) throw client('TaskDefinition not found.')
  return found
}

function refuseTargetGroup(situation: Situation, balancer: Properties, definition: Declared): void {
  const groupArn = known(balancer, 'targetGroupArn')
  const group = own(situation, TARGET_GROUP, groupArn)
  if (!group) throw invalid(`The target group ${groupArn} does not exist.`)
  if (text(group.outputs, 'targetType') !== 'ip')
    throw invalid(
      `The provided target group ${groupArn} has target type ${text(group.outputs, 'targetType') ?? 'instance'}, which is incompatible with the awsvpc network mode specified in the task definition.`,
    )
  if (!isForwardedTo(situation.ledger, groupArn))
    throw invalid(`The target group with targetGroupArn ${groupArn} does not have an associated load balancer.`)
  const container = readContainer(known(definition.outputs, 'containerDefinitions'))
  const name = known(balancer, 'containerName')
  if (container.name !== name) throw invalid(`The container ${name} does not exist in the task definition.`)
  if (!container.ports.includes(number(balancer, 'containerPort') ?? 0))
    throw invalid(`The container ${name} did not have a container port ${balancer.containerPort} defined.`)
}
