import { beforeEach, describe, expect, it } from 'vitest'
import type { Properties } from '../../../ledger/ledger.ts'
import { GatewayDeclarer } from '../../../testing/gateway.ts'

const FUNCTION = 'aws:lambda/function:Function'

const PERMISSION = 'aws:lambda/permission:Permission'

const TARGET_GROUP = 'aws:lb/targetGroup:TargetGroup'

const ATTACHMENT = 'aws:lb/targetGroupAttachment:TargetGroupAttachment'

let cloud: GatewayDeclarer

beforeEach(async () => {
  cloud = await new GatewayDeclarer().prepare()
})

describe('a target group', () => {
  it('takes a function that lets the load balancer call it for this group', async () => {
    const made = await cloud.make(FUNCTION, 'f', cloud.function)
    const target = await cloud.make(TARGET_GROUP, 't', { name: 'tenant1', targetType: 'lambda' })
    const attachment = { targetGroupArn: target.id, targetId: String(made.outputs.arn) }
    const denied = `AccessDenied: elasticloadbalancing principal does not have permission to invoke ${made.outputs.arn} from target group ${target.id}`
    expect(await cloud.refusal(ATTACHMENT, 'a', attachment)).toBe(denied)
    const permission = {
      action: 'lambda:InvokeFunction',
      function: 'gateway',
      principal: 'elasticloadbalancing.amazonaws.com',
    }
    const elsewhere = `${target.id}x`
    await cloud.make(PERMISSION, 'p', { ...permission, statementId: 'one', sourceArn: elsewhere })
    expect(await cloud.refusal(ATTACHMENT, 'a', attachment)).toBe(denied)
    const same = { ...permission, statementId: 'one', sourceArn: target.id }
    expect(await cloud.refusal(PERMISSION, 'q', same)).toContain('ResourceConflictException')
    await cloud.make(PERMISSION, 'q', { ...same, statementId: 'two' })
    await cloud.make(ATTACHMENT, 'a', attachment)
    expect(await cloud.refusal(ATTACHMENT, 'b', attachment)).toContain('TooManyTargets')
  })

  it('has a short name of its own, and a target that exists', async () => {
    const refusal = (inputs: Properties) => cloud.refusal(TARGET_GROUP, 't', { targetType: 'lambda', ...inputs })
    expect(await refusal({ name: 't'.repeat(33) })).toContain('maximum of 32 characters')
    const { id } = await cloud.make(TARGET_GROUP, 'first', { name: 'tenant1', targetType: 'lambda' })
    expect(await refusal({ name: 'tenant1' })).toContain('DuplicateTargetGroupName')
    expect(await cloud.refusal(ATTACHMENT, 'a', { targetGroupArn: id, targetId: 'arn:none' })).toContain(
      'InvalidTarget',
    )
    expect(await cloud.refusal(ATTACHMENT, 'a', { targetGroupArn: 'x', targetId: 'y' })).toContain(
      'TargetGroupNotFound',
    )
    expect(await cloud.refusal(PERMISSION, 'p', { action: 'lambda:*', function: 'none', principal: 'x' })).toContain(
      'ResourceNotFoundException',
    )
  })

  describe('of addresses', () => {
    let group: Properties
    beforeEach(() => {
      const vpcId = String(cloud.group.outputs.vpcId)
      group = { name: 'tasks', targetType: 'ip', port: 8080, protocol: 'HTTP', vpcId }
    })

    it('checks the health of any private address, and of no other', async () => {
      const made = await cloud.make(TARGET_GROUP, 'ip', group)
      expect(made.outputs).toMatchObject({ deregistrationDelay: 300, healthCheck: { path: '/', interval: 30 } })
      const attach = (targetId: string, more: Properties = {}) =>
        cloud.refusal(ATTACHMENT, 'x', { targetGroupArn: made.id, targetId, ...more })
      // Whose it is, AWS does not ask.
      await cloud.make(ATTACHMENT, 'inside', { targetGroupArn: made.id, targetId: '10.0.0.77' })
      expect(await attach('10.9.0.1')).toContain("availability zone 'all'")
      expect(await attach('8.8.8.8', { availabilityZone: 'all' })).toContain('not a valid private IPv4 address')
      expect(await attach('arn:aws:lambda:x')).toContain('not a valid private IPv4 address')
    })

    it.each<[Properties, string]>([
      [{ port: null }, 'A port must be specified'],
      [{ protocol: null }, 'A protocol must be specified'],
      [{ vpcId: null }, 'A VPC ID must be specified'],
      [{ vpcId: 'vpc-0' }, "The VPC ID 'vpc-0' is not found"],
      [{ deregistrationDelay: 3601 }, 'between 0 and 3600 inclusive'],
      [{ healthCheck: { interval: 4 } }, 'Health check interval must be between 5 and 300'],
      [{ healthCheck: { interval: 5, timeout: 5 } }, 'interval must be greater than the timeout'],
      [{ healthCheck: { path: 'x' } }, "must begin with '/'"],
      [{ healthCheck: { healthyThreshold: 1 } }, 'Healthy threshold count must be between 2 and 10'],
      [{ targetType: 'lambda' }, "port cannot be specified for target groups with target type 'lambda'"],
    ])('is refused: %j', async (changes, message) => {
      expect(await cloud.refusal(TARGET_GROUP, 'x', { ...group, ...changes })).toContain(message)
    })
  })
})
