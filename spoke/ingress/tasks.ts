/** The tenant's gateway as tasks on Fargate: the task definition, the service that keeps tasks running, and the scaling of their number. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { TaskTier } from '../../shared/compute.ts'
import type { HubFargate, HubOutputs } from '../../shared/contract.ts'
import { GATEWAY_USER } from '../../shared/gateway-image.ts'
import { serviceName } from '../../shared/naming.ts'
import { GATEWAY_PORT, TASK_NODE_OPTIONS, type TaskEnvironment } from '../../shared/tenant.ts'
import type { TagMap } from '../tags.ts'
import { gatewayEnvironment } from './function.ts'
import type { TenantLog } from './log.ts'
import type { People } from './people-claim.ts'

const CONTAINER = 'gateway'
/** Seconds from the signal to stop until the container is killed: AWS's maximum. The server needs less (functions/gateway/server.ts). */
const STOP_SECONDS = 120
/** Health checks of a new task are ignored for this long. */
const GRACE_SECONDS = 60
/**
 * A deployment ends when the last old task has stopped: after the deregistration delay (3,600 s) and the stop time. Without these values the
 * provider would give up after 20 minutes.
 */
const DEPLOYMENT_TIMEOUTS = { create: '30m', update: '75m', delete: '75m' }

export interface TasksArgs {
  readonly tenantId: string
  /** Undefined if people sign in with the hub's user pool. */
  readonly people: People | undefined
  readonly hub: HubOutputs
  readonly fargate: HubFargate
  readonly tier: TaskTier
  /** `REPOSITORY@sha256:DIGEST` */
  readonly image: string
  readonly taskRoleArn: pulumi.Input<string>
  readonly taskExecutionRoleArn: pulumi.Input<string>
  /** The tenant's own security group: out to the hub's endpoints and to the endpoint of its own spoke. */
  readonly securityGroupId: pulumi.Input<string>
  readonly targetGroupArn: pulumi.Input<string>
  readonly log: TenantLog
  readonly tags: TagMap
}

/** `opts.dependsOn` must contain the roles' policies, the security group's rules, and a rule that forwards to the target group. */
export function gatewayService(
  name: string,
  args: TasksArgs,
  opts: pulumi.CustomResourceOptions & { readonly dependsOn: readonly pulumi.Resource[] },
): aws.ecs.Service {
  const { fargate, hub, tags, tenantId, tier } = args
  const { dependsOn, ...child } = opts
  return new aws.ecs.Service(
    name,
    {
      name: serviceName(tenantId),
      cluster: fargate.clusterArn,
      launchType: 'FARGATE',
      taskDefinition: taskDefinition(name, args, child).arn,
      desiredCount: tier.minimumTasks,
      // All new tasks start first, so capacity is never missing during a deployment.
      deploymentMinimumHealthyPercent: 100,
      deploymentMaximumPercent: 200,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      availabilityZoneRebalancing: 'ENABLED',
      networkConfiguration: {
        subnets: hub.privateSubnets.map(({ id }) => id),
        securityGroups: [args.securityGroupId, fargate.taskSecurityGroupId],
        assignPublicIp: false,
      },
      loadBalancers: [{ targetGroupArn: args.targetGroupArn, containerName: CONTAINER, containerPort: GATEWAY_PORT }],
      healthCheckGracePeriodSeconds: GRACE_SECONDS,
      // A shell in a task would give access to its credentials.
      enableExecuteCommand: false,
      waitForSteadyState: true,
      propagateTags: 'SERVICE',
      tags,
    },
    {
      ...child,
      dependsOn: [args.log.group, args.log.subscription, ...dependsOn],
      // After the creation, scaling decides the number.
      ignoreChanges: ['desiredCount'],
      customTimeouts: DEPLOYMENT_TIMEOUTS,
    },
  )
}

function taskDefinition(name: string, args: TasksArgs, opts: pulumi.CustomResourceOptions): aws.ecs.TaskDefinition {
  const { tenantId, tier } = args
  return new aws.ecs.TaskDefinition(
    name,
    {
      family: serviceName(tenantId),
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
      cpu: String(tier.cpuUnits),
      memory: String(tier.memoryMegabytes),
      taskRoleArn: args.taskRoleArn,
      executionRoleArn: args.taskExecutionRoleArn,
      containerDefinitions: args.log.group.name.apply((logGroup) => JSON.stringify([container(args, logGroup)])),
      // The circuit breaker returns to the previous revision. And no role may be allowed to deregister one (onboarding-tasks.ts).
      skipDestroy: true,
      tags: args.tags,
    },
    opts,
  )
}

function container(args: TasksArgs, logGroup: string) {
  const { hub, tier, image } = args
  const environment: TaskEnvironment = {
    ...gatewayEnvironment(args),
    PORT: String(GATEWAY_PORT),
    AWS_REGION: hub.region,
    TOTAL_TIMEOUT_SECONDS: String(tier.timeoutSeconds),
    NODE_OPTIONS: TASK_NODE_OPTIONS,
  }
  return {
    name: CONTAINER,
    image,
    essential: true,
    user: GATEWAY_USER,
    readonlyRootFilesystem: true,
    linuxParameters: { capabilities: { add: [], drop: ['ALL'] } },
    portMappings: [{ containerPort: GATEWAY_PORT, hostPort: GATEWAY_PORT, protocol: 'tcp' }],
    environment: Object.entries(environment)
      .map(([key, value]) => ({ name: key, value: String(value) }))
      // In the form in which AWS returns them.
      .sort((one, other) => (one.name < other.name ? -1 : 1)),
    stopTimeout: STOP_SECONDS,
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': logGroup,
        'awslogs-region': hub.region,
        'awslogs-stream-prefix': 'task',
        // AWS's default drops lines that cannot be sent, audit lines among them (decision 0030).
        mode: 'blocking',
      },
    },
  }
}

export interface ScalingArgs {
  readonly tenantId: string
  readonly tier: TaskTier
  readonly fargate: HubFargate
  readonly service: aws.ecs.Service
  /** The metric of requests in flight, which the server prints. */
  readonly metric: { readonly namespace: string; readonly name: string }
  /** The tag is the only way for IAM to know the tenant of the scalable target. */
  readonly tags: TagMap
}

/** The average number of requests in flight for a task with one vCPU (decision 0032). */
const IN_FLIGHT_PER_VCPU = 80

/** Scales by the requests in flight for each task. AWS has no such metric, and requests a minute do not say how long requests take. */
export function scaling(name: string, args: ScalingArgs, opts: pulumi.CustomResourceOptions): void {
  const { tenantId, tier, fargate, service, metric, tags } = args
  const target = new aws.appautoscaling.Target(
    name,
    {
      serviceNamespace: 'ecs',
      scalableDimension: 'ecs:service:DesiredCount',
      resourceId: pulumi.interpolate`service/${fargate.clusterName}/${service.name}`,
      minCapacity: tier.minimumTasks,
      maxCapacity: tier.maximumTasks,
      tags,
    },
    opts,
  )
  new aws.appautoscaling.Policy(
    name,
    {
      name: `in-flight-${tenantId}`,
      policyType: 'TargetTrackingScaling',
      serviceNamespace: target.serviceNamespace,
      scalableDimension: target.scalableDimension,
      resourceId: target.resourceId,
      targetTrackingScalingPolicyConfiguration: {
        targetValue: inFlightTarget(tier),
        customizedMetricSpecification: {
          namespace: metric.namespace,
          metricName: metric.name,
          // Each task prints one line a minute, so the average of the lines is the average over tasks.
          statistic: 'Average',
        },
        scaleOutCooldown: 60,
        // A leaving task ends only when its streams have ended, so there is no hurry.
        scaleInCooldown: 300,
      },
    },
    opts,
  )
}

/** The number of requests in flight at which scaling keeps a task. */
export const inFlightTarget = ({ cpuUnits }: Pick<TaskTier, 'cpuUnits'>): number =>
  (cpuUnits / 1024) * IN_FLIGHT_PER_VCPU
