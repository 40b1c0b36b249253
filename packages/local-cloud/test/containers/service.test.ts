/** A service of containers, from its first task to its last. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ContainerCloud, textOf } from '../../src/testing/container-cloud.ts'
import { until } from '../../src/testing/until.ts'

const MINUTES = 3 * 60_000

let here: ContainerCloud

beforeEach(async () => {
  here = await ContainerCloud.start()
}, MINUTES)
afterEach(() => here.close(), MINUTES)

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('a service of containers', () => {
  it(
    'is steady when every task has passed its health check, each at an address of its own in a zone of its own',
    async () => {
      await here.deploy()
      await here.open()
      const tasks = here.tasks()
      expect(tasks.map(({ healthy }) => healthy)).toEqual([true, true])
      expect(new Set(tasks.map(({ origin }) => origin.subnetId)).size).toBe(2)
      const states = here.cloud.targets.of(here.targetGroup.id)
      expect(states.map(({ address, state }) => [address, state]).sort()).toEqual(
        tasks.map(({ origin }) => [origin.privateIp, 'healthy']).sort(),
      )
      // In turn.
      const pids = new Set<number>()
      for (let n = 0; n < 4; n += 1) pids.add(JSON.parse((await here.get('/t/who')).body).pid)
      expect([...pids].sort()).toEqual(tasks.map(({ pid }) => pid).sort())
    },
    MINUTES,
  )

  it(
    'has the credentials of its task role, by a path of its own, and nothing of the machine’s',
    async () => {
      await here.deploy({ desiredCount: 1 })
      await here.open()
      const { RoleArn, AccessKeyId, Expiration } = JSON.parse((await here.get('/t/credentials')).body)
      expect(RoleArn).toBe('arn:aws:iam::111111111111:role/task')
      const [task] = here.tasks()
      const { session } = here.cloud.credentials.find(AccessKeyId) ?? {}
      expect(session?.arn).toBe(`arn:aws:sts::111111111111:assumed-role/task/${task?.arn.split('/').at(-1)}`)
      expect(Date.parse(Expiration)).toBeGreaterThan(Date.now())
      const { env } = JSON.parse((await here.get('/t/env')).body)
      expect(env.sort()).toEqual(
        ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_EXECUTION_ENV', 'HOSTNAME', 'PATH'].sort(),
      )
      await here.cloud.monitoring.settled()
      expect(here.told('appended').some((event) => JSON.stringify(event).includes('listening on 8080'))).toBe(true)
    },
    MINUTES,
  )

  it(
    'is replaced without a gap: new tasks first, no stream is cut, and a task is told to stop only when it is drained',
    async () => {
      await here.deploy()
      await here.open()
      const before = here.tasks().map(({ pid }) => pid ?? 0)
      const { sent, answer } = here.send('/t/stream?n=60')
      sent.end()
      const response = await answer
      const whole = textOf(response)
      const statuses = new Set<number>()
      let over = false
      const traffic = (async () => {
        while (!over) statuses.add((await here.get('/t/who')).status)
      })()
      const next = await here.define('next', { environment: [{ name: 'VERSION', value: 'two' }] })
      await here.deploy({ taskDefinition: String(next.outputs.arn) })
      over = true
      await traffic
      expect([...statuses]).toEqual([200])
      expect(await whole).toContain('data: 59\n\ndata: end')
      expect(JSON.parse((await here.get('/t/who')).body).version).toBe('two')
      expect(before.some(isRunning)).toBe(false)
      const stops = here.told('taskStopped').map((event) => ('reason' in event ? event.reason : ''))
      expect(new Set(stops)).toEqual(new Set(['Scaling activity initiated by deployment']))
      expect(here.cloud.ecs.logs('server').filter(({ line }) => line === 'told to stop')).toHaveLength(2)
    },
    MINUTES,
  )

  it(
    'answers 502 for what a killed task held, and starts another',
    async () => {
      await here.deploy()
      await here.open()
      const killed = await here.get('/t/crash')
      expect(killed.status).toBe(502)
      await until('it', () => here.tasks().filter(({ healthy }) => healthy).length === 2)
      expect((await here.get('/t/who')).status).toBe(200)
      here.cloud.faults.add({ where: { service: 'ecs' }, fault: { kind: 'kill', afterMilliseconds: 200 }, times: 1 })
      const { sent, answer } = here.send('/t/stream?n=100')
      sent.end()
      // Its head was there: the connection breaks.
      await expect(textOf(await answer)).rejects.toThrow('aborted')
    },
    MINUTES,
  )

  it(
    'goes back to the last good revision when the tasks of a new one keep failing',
    async () => {
      await here.deploy()
      await here.open()
      const bad = await here.define('bad', {
        image: `111111111111.dkr.ecr.us-east-1.amazonaws.com/server@sha256:${'b'.repeat(64)}`,
      })
      const deployed = here.deploy({ taskDefinition: String(bad.outputs.arn) })
      await expect(deployed).rejects.toThrow(
        /circuit breaker: tasks failed to start.*CannotPullContainerError.*not found/,
      )
      expect(here.tasks().filter(({ healthy }) => healthy)).toHaveLength(2)
      expect((await here.get('/t/who')).status).toBe(200)
      expect(here.told('taskStopped').length).toBeGreaterThanOrEqual(3)
    },
    MINUTES,
  )

  it(
    'ends when it is deleted, after what is under way, and nothing of it is left',
    async () => {
      const service = await here.deploy({ desiredCount: 1 })
      await here.open()
      const [task] = here.tasks()
      const { sent, answer } = here.send('/t/stream?n=20')
      sent.end()
      const whole = textOf(await answer)
      await here.ledger.delete(service.urn)
      // Nobody new is let in.
      expect((await here.get('/t/who')).status).toBe(503)
      await here.cloud.waits.settled({ kind: 'deleted', resource: service })
      expect(await whole).toContain('data: end')
      expect(isRunning(task?.pid ?? 0)).toBe(false)
    },
    MINUTES,
  )
})

describe('a task does not run', () => {
  const failure = async () => {
    await here.deploy().catch(() => {})
    return here.told('taskStopped').map((event) => ('reason' in event ? event.reason : ''))[0]
  }
  const EGRESS = 'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule'
  const remove = async (type: string, name: string) => here.ledger.delete(`urn:pulumi:test::test::${type}::${name}`)

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['without the right to pull', () => here.allow('logs:*'), /AccessDeniedException.*ecr:GetAuthorizationToken/],
    ['without the right to log', () => here.allow('ecr:*'), /AccessDeniedException.*logs:CreateLogStream/],
    [
      'without a way to the registry',
      () => remove('aws:ec2/vpcEndpoint:VpcEndpoint', 'ecr.dkr'),
      /CannotPullContainerError.*i\/o timeout/,
    ],
    ['without a way to the layers', () => remove(EGRESS, 's3'), /failed to copy the layers.*i\/o timeout/],
    [
      'through an endpoint that lets nothing of the registry pass',
      () =>
        here.endpoint('s3', {
          routeTableIds: [here.routeTableId],
          policy: JSON.stringify({
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::mine/*' }],
          }),
        }),
      /failed to copy the layers.*AccessDeniedException/,
    ],
    [
      'with a role that does not trust it',
      () =>
        here.make('aws:iam/role:Role', 'task', {
          name: 'task',
          assumeRolePolicy: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { Service: 'ecs-tasks.amazonaws.com' },
                Action: 'sts:AssumeRole',
                Condition: { StringEquals: { 'aws:SourceAccount': '222222222222' } },
              },
            ],
          }),
        }),
      /ECS was unable to assume the role 'arn:aws:iam::111111111111:role\/task'/,
    ],
  ])(
    '%s',
    async (_, change, reason) => {
      await change()
      expect(await failure()).toMatch(reason)
      await until('the last of them gone', () => here.tasks().length === 0)
    },
    MINUTES,
  )
})
