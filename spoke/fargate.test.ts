import { beforeAll, describe, expect, it } from 'vitest'
import { type Compute, TASK_TIERS } from '../shared/compute.ts'
import { DIGEST, HUB, HUB_FARGATE, type RunOptions, run, SETTINGS } from '../tests/spoke-fixture.ts'

const FARGATE: Compute = { kind: 'fargate', tier: TASK_TIERS.small }

const onFargate = (options: RunOptions = {}) => run({ compute: FARGATE }, { fargate: HUB_FARGATE }, options)

const json = (value: unknown) => JSON.parse(String(value))

describe('a tenant on Fargate', () => {
  let stack: Awaited<ReturnType<typeof onFargate>>
  let onLambda: Awaited<ReturnType<typeof run>>
  beforeAll(async () => {
    stack = await onFargate()
    onLambda = await run({}, { fargate: HUB_FARGATE })
  })
  const ofLane = ({ resources }: typeof stack) =>
    resources.filter(({ name }) => name.startsWith('lane')).map(({ type, name }) => `${type} ${name}`)

  it('has the ingress of one on Lambda, but what runs the gateway', () => {
    const [tasks, functions] = [ofLane(stack), ofLane(onLambda)]
    expect(functions.filter((one) => !tasks.includes(one)).sort()).toEqual([
      'aws:cloudwatch/metricAlarm:MetricAlarm lane-concurrency',
      'aws:cloudwatch/metricAlarm:MetricAlarm lane-latency',
      'aws:iam/role:Role lane',
      'aws:iam/rolePolicy:RolePolicy lane',
      'aws:lambda/function:Function lane',
      'aws:lambda/permission:Permission lane',
      'aws:lb/targetGroup:TargetGroup lane',
      'aws:lb/targetGroupAttachment:TargetGroupAttachment lane',
    ])
    expect(tasks.filter((one) => !functions.includes(one)).sort()).toEqual([
      'aws:appautoscaling/policy:Policy lane',
      'aws:appautoscaling/target:Target lane',
      'aws:cloudwatch/logMetricFilter:LogMetricFilter lane-in-flight',
      'aws:cloudwatch/metricAlarm:MetricAlarm lane-cpu',
      'aws:cloudwatch/metricAlarm:MetricAlarm lane-memory',
      'aws:cloudwatch/metricAlarm:MetricAlarm lane-target-errors',
      'aws:cloudwatch/metricAlarm:MetricAlarm lane-unhealthy',
      'aws:ecs/service:Service lane',
      'aws:ecs/taskDefinition:TaskDefinition lane',
      'aws:iam/role:Role lane-task',
      'aws:iam/role:Role lane-task-execution',
      'aws:iam/rolePolicy:RolePolicy lane-task',
      'aws:iam/rolePolicy:RolePolicy lane-task-execution',
      'aws:lb/listenerRule:ListenerRule lane-idle',
      'aws:lb/targetGroup:TargetGroup lane-tasks',
    ])
  })

  it('runs the image by its digest, as nobody, on what cannot be written to', () => {
    const { inputs } = stack.one('aws:ecs/taskDefinition:TaskDefinition')
    expect(inputs).toMatchObject({
      family: 'genai-gateway-tenant1',
      cpu: '256',
      memory: '512',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
      skipDestroy: true,
      taskRoleArn: 'arn:Role:lane-task',
      executionRoleArn: 'arn:Role:lane-task-execution',
    })
    const [container, ...others] = json(inputs.containerDefinitions)
    expect(others).toEqual([])
    expect(container).toMatchObject({
      image: `${HUB_FARGATE.repositoryUrl}@${DIGEST}`,
      user: '1000:1000',
      readonlyRootFilesystem: true,
      stopTimeout: 120,
      linuxParameters: { capabilities: { drop: ['ALL'] } },
      logConfiguration: {
        logDriver: 'awslogs',
        options: { mode: 'blocking', 'awslogs-group': '/aws/lambda/genai-gateway-tenant1' },
      },
    })
    expect(container.environment).toEqual([
      { name: 'AWS_REGION', value: 'us-east-1' },
      { name: 'CLIENT_ID', value: 'client-1' },
      { name: 'ISSUER', value: HUB.issuer },
      { name: 'NODE_OPTIONS', value: '--max-semi-space-size=8' },
      { name: 'PORT', value: '8080' },
      { name: 'TABLE_NAME', value: 'genai-tenants' },
      { name: 'TENANT_ID', value: 'tenant1' },
      { name: 'TOTAL_TIMEOUT_SECONDS', value: '3600' },
      { name: 'USAGE_TABLE', value: 'genai-usage' },
    ])
  })

  it('keeps tasks in two zones without a public address or a shell, and replaces them before it stops them', () => {
    const service = stack.one('aws:ecs/service:Service')
    expect(service.inputs).toMatchObject({
      name: 'genai-gateway-tenant1',
      cluster: HUB_FARGATE.clusterArn,
      launchType: 'FARGATE',
      desiredCount: 2,
      deploymentMinimumHealthyPercent: 100,
      deploymentMaximumPercent: 200,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      enableExecuteCommand: false,
      waitForSteadyState: true,
      networkConfiguration: {
        subnets: ['subnet-a', 'subnet-b'],
        securityGroups: ['lane-id', 'sg-tasks'],
        assignPublicIp: false,
      },
      loadBalancers: [{ targetGroupArn: 'arn:TargetGroup:lane-tasks', containerName: 'gateway', containerPort: 8080 }],
    })
    expect(service.ignoreChanges).toEqual(['desiredCount'])
    expect(service.dependencies).toEqual(
      expect.arrayContaining([
        'aws:lb/listenerRule:ListenerRule lane-idle',
        'aws:iam/rolePolicy:RolePolicy lane-task',
        'aws:iam/rolePolicy:RolePolicy lane-task-execution',
        'aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter lane',
        // A server that finds no items when it starts remembers that for a while.
        'aws:dynamodb/tableItem:TableItem lane',
        'aws:dynamodb/tableItem:TableItem lane-status',
        'aws:dynamodb/tableItem:TableItem lane-limits',
      ]),
    )
  })

  it('is served when the service is steady: its rule comes after it, and is the same otherwise', () => {
    const rule = stack.one('aws:lb/listenerRule:ListenerRule', 'lane')
    expect(rule.dependencies).toContain('aws:ecs/service:Service lane')
    const before = onLambda.one('aws:lb/listenerRule:ListenerRule', 'lane').inputs
    const group = { targetGroupArn: 'arn:TargetGroup:lane-tasks' }
    const moved = (before.actions as Record<string, unknown>[]).map((one) =>
      one.type === 'forward' ? { ...one, ...group } : one,
    )
    expect(rule.inputs).toEqual({ ...before, actions: moved })
  })

  it('attaches the target group first, by a rule that nobody meets and that asks for the same token', () => {
    const [idle, rule] = ['lane-idle', 'lane'].map((name) => stack.one('aws:lb/listenerRule:ListenerRule', name).inputs)
    expect(idle?.conditions).toEqual([
      { pathPattern: { values: ['/tenant1', '/tenant1/*'] } },
      { sourceIp: { values: ['192.0.2.0/32'] } },
    ])
    expect(idle?.actions).toEqual(rule?.actions)
    expect(stack.one('aws:lb/targetGroup:TargetGroup').inputs).toMatchObject({
      name: 'genai-tasks-tenant1',
      targetType: 'ip',
      port: 8080,
      protocol: 'HTTP',
      deregistrationDelay: 3600,
      healthCheck: { path: '/-/health', matcher: '200' },
    })
  })

  it('gives tasks one role that becomes the tenant, and Fargate another that starts them, both bounded', () => {
    const policy = (name: string) => json(stack.one('aws:iam/rolePolicy:RolePolicy', name).inputs.policy).Statement
    const actions = (name: string) =>
      policy(name).flatMap((one: { Effect: string; Action: unknown }) => (one.Effect === 'Allow' ? one.Action : []))
    expect(actions('lane-task').sort()).toEqual([
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'sts:AssumeRole',
      'sts:TagSession',
    ])
    expect(actions('lane-task-execution').sort()).toEqual([
      'ecr:BatchCheckLayerAvailability',
      'ecr:BatchGetImage',
      'ecr:GetAuthorizationToken',
      'ecr:GetDownloadUrlForLayer',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
    ])
    expect(JSON.stringify(policy('lane-task'))).not.toContain('ec2:')
    for (const name of ['lane-task', 'lane-task-execution']) {
      const { inputs } = stack.one('aws:iam/role:Role', name)
      expect(inputs).toMatchObject({ permissionsBoundary: HUB_FARGATE.taskBoundaryArn, tags: { tenant: 'tenant1' } })
      expect(json(inputs.assumeRolePolicy).Statement[0].Principal).toEqual({ Service: 'ecs-tasks.amazonaws.com' })
    }
    expect(stack.one('aws:iam/role:Role', 'lane-task').inputs.name).toBe('genai-task-tenant1')
  })

  it('is trusted as a function and as tasks, whichever it is, on a hub that has both', async () => {
    const trusted = ({ one }: typeof stack) =>
      json(one('aws:iam/role:Role', 'account-models').inputs.assumeRolePolicy).Statement[0].Condition.ArnEquals[
        'aws:PrincipalArn'
      ]
    const both = ['genai-gateway-tenant1', 'genai-task-tenant1'].map((name) => `arn:aws:iam::111111111111:role/${name}`)
    expect(trusted(stack)).toEqual(both)
    expect(trusted(onLambda)).toEqual(both)
    expect(trusted(await run())).toBe(both[0])
  })

  it('scales by what tasks hold, between the tier’s numbers', () => {
    expect(stack.one('aws:appautoscaling/target:Target').inputs).toMatchObject({
      resourceId: 'service/genai/genai-gateway-tenant1',
      minCapacity: 2,
      maxCapacity: 4,
    })
    expect(stack.one('aws:appautoscaling/policy:Policy').inputs.targetTrackingScalingPolicyConfiguration).toMatchObject(
      {
        targetValue: 20,
        customizedMetricSpecification: { namespace: 'genai/tenant1', metricName: 'in-flight', statistic: 'Average' },
      },
    )
    expect(stack.one('aws:cloudwatch/logMetricFilter:LogMetricFilter', 'lane-in-flight').inputs).toMatchObject({
      pattern: '{ $.inFlight >= 0 }',
      metricTransformation: { namespace: 'genai/tenant1', name: 'in-flight', value: '$.inFlight' },
    })
  })

  it('tells what it is, and makes every resource of the ingress as the onboarding role', () => {
    expect(stack.outputs).toMatchObject({ compute: 'fargate', timeoutSeconds: 3600, serviceArn: 'arn:Service:lane' })
    expect(stack.outputs).not.toHaveProperty('functionArn')
    expect(onLambda.outputs).toMatchObject({ compute: 'lambda', timeoutSeconds: 60, functionArn: 'arn:Function:lane' })
    for (const { name, type, provider } of stack.resources)
      if (name.startsWith('lane') && type.startsWith('aws:')) expect([name, provider]).toEqual([name, 'hub'])
  })
})

it('refuses a hub without Fargate, with the command', async () => {
  await expect(run({ compute: FARGATE })).rejects.toThrow(
    'has nothing that tasks run on. First: pulumi config set fargate true -s hub && pulumi up -s hub',
  )
})

it('previews', async () => {
  const { resources } = await onFargate({ preview: true })
  expect(resources.map(({ type }) => type)).toContain('aws:ecs/service:Service')
})

it('names every tenant within AWS’s 32 characters for a target group', async () => {
  const tenantId = `t${'0'.repeat(19)}`
  const { one } = await run({ ...SETTINGS, tenantId, compute: FARGATE }, { fargate: HUB_FARGATE })
  expect(String(one('aws:lb/targetGroup:TargetGroup').inputs.name)).toHaveLength(32)
})
