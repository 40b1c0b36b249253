import { beforeEach, describe, expect, it } from 'vitest'
import type { Declared, Properties } from '../../../ledger/ledger.ts'
import { GatewayDeclarer, notFound } from '../../../testing/gateway.ts'

const LISTENER = 'aws:lb/listener:Listener'

const RULE = 'aws:lb/listenerRule:ListenerRule'

const TARGET_GROUP = 'aws:lb/targetGroup:TargetGroup'

let cloud: GatewayDeclarer

beforeEach(async () => {
  cloud = await new GatewayDeclarer().prepare()
})

describe('a rule', () => {
  const conditions = (path: string): Properties[] => [{ pathPattern: { values: [path] } }]
  const rule = (listener: Declared, path: string, extra: Properties = {}): Properties => ({
    listenerArn: listener.id,
    conditions: conditions(path),
    actions: [notFound],
    ...extra,
  })

  it('without a priority gets the highest and one, and keeps it', async () => {
    const listener = await cloud.listener()
    await cloud.make(RULE, 'a', rule(listener, '/a/*', { priority: 5 }))
    const b = await cloud.make(RULE, 'b', rule(listener, '/b/*'))
    await cloud.make(RULE, 'c', rule(listener, '/c/*'))
    expect(b.outputs.priority).toBe(6)
    expect((await cloud.make(RULE, 'b', rule(listener, '/b'))).outputs.priority).toBe(6)
    expect(await cloud.refusal(RULE, 'd', rule(listener, '/d', { priority: 5 }))).toBe(
      "PriorityInUse: Priority '5' is currently in use",
    )
  })

  it('is one of at most 100, with at most five values', async () => {
    const listener = await cloud.listener()
    for (let n = 1; n <= 100; n += 1) await cloud.make(RULE, `r${n}`, rule(listener, `/${n}`))
    expect(await cloud.refusal(RULE, 'r101', rule(listener, '/101'))).toContain('TooManyRules')
    const values = ['/a', '/b', '/c', '/d', '/e', '/f']
    const many = rule(listener, '/', { conditions: [{ pathPattern: { values } }] })
    expect(await cloud.refusal(RULE, 'r1', many)).toContain("A rule can only have '5' condition values")
  })

  it('forwards to at most 100 target groups of a load balancer, over all its listeners', async () => {
    const listener = await cloud.listener()
    const loadBalancerArn = String(listener.inputs.loadBalancerArn)
    const group = async (n: number) =>
      (await cloud.make(TARGET_GROUP, `t${n}`, { name: `t${n}`, targetType: 'lambda' })).id
    const forward = (targetGroupArn: string) => ({ actions: [{ type: 'forward', targetGroupArn }] })
    const action = { type: 'forward', targetGroupArn: await group(0) }
    await cloud.make(LISTENER, 'other', { loadBalancerArn, port: 81, defaultActions: [action] })
    for (let n = 1; n <= 99; n += 1) await cloud.make(RULE, `r${n}`, rule(listener, `/${n}`, forward(await group(n))))
    const one = rule(listener, '/100', forward(await group(100)))
    expect(await cloud.refusal(RULE, 'r100', one)).toContain(
      'The maximum number of target groups per load balancer is 100',
    )
  })

  it('validates tokens on HTTPS only, before another action, by claims in AWS shape', async () => {
    const listener = await cloud.listener()
    const jwtValidation = { issuer: 'https://i', jwksEndpoint: 'https://i/keys', additionalClaims: [] as Properties[] }
    const withAction = (jwt: Properties) =>
      rule(listener, '/a', {
        actions: [
          { type: 'jwt-validation', order: 1, jwtValidation: jwt },
          { ...notFound, order: 2 },
        ],
      })
    expect(await cloud.refusal(RULE, 'r', withAction(jwtValidation))).toContain('HTTPS listeners only')
    const last = rule(listener, '/a', { actions: [{ type: 'jwt-validation', jwtValidation }] })
    expect(await cloud.refusal(RULE, 'r', last)).toContain('The last action must be one of')
    await expect(cloud.make(RULE, 'r', withAction({ ...jwtValidation, algorithm: 'none' }))).rejects.toThrow(
      'the input "actions.jwtValidation.algorithm" of aws:lb/listenerRule:ListenerRule',
    )
  })
})
