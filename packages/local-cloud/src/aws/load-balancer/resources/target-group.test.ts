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
})
