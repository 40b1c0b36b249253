/** Changes behind Pulumi's back, and a destroy in the wrong order. */

import type { Declared } from '@genai/local-cloud/ledger/ledger'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callers } from '../deployments/callers.ts'
import { type DeployedByCli, deployByCli } from '../deployments/deploy.ts'
import { ofStack, SHORT_TIER, type Standing } from '../deployments/while-served.ts'
import { cli } from './cli.ts'

const quiet = { color: 'never' } as const

describe.skipIf(!cli)('tampered with', () => {
  let deployed: DeployedByCli
  let standing: Standing

  beforeAll(async () => {
    if (!cli) return
    deployed = await deployByCli(cli, { delayMilliseconds: 10 }, { 'spoke-tenant1': { tier: SHORT_TIER } })
    standing = { deployed, clients: callers(deployed, deployed.hub) }
  })
  afterAll(async () => {
    await deployed?.close()
  })

  const ofType = (stack: string, type: string, name = ''): Declared => {
    const found = ofStack(deployed, stack).filter(
      (one) => one.type === type && one.urn.replace(/#\d+$/, '').endsWith(name),
    )
    if (found.length !== 1 || !found[0]) throw new Error(`${found.length} of ${type} ${name} in ${stack}`)
    return found[0]
  }

  it.each([
    [
      'the Automation API, which skips the preview',
      async () => await (await deployed.engine.stack('hub')).destroy(quiet),
    ],
    [
      'the CLI',
      async () => {
        const { code, output } = await deployed.engine.pulumi(['destroy', '--yes', '-s', 'hub']).ended
        if (code !== 0) throw new Error(output)
      },
    ],
    [
      'the CLI that goes on after errors',
      async () => {
        const flags = ['--yes', '--skip-preview', '--continue-on-error']
        const { code, output } = await deployed.engine.pulumi(['destroy', ...flags, '-s', 'hub']).ended
        if (code !== 0) throw new Error(output)
      },
    ],
  ])('a hub under living tenants is not destroyed, not even half, by %s', async (_, destroy) => {
    const before = deployed.cloud.ledger.all()
    const message = await destroy().then(
      () => 'destroyed',
      (error: unknown) => String(error),
    )
    expect(message).toContain('destroy-tenants-first')
    expect(message).toContain('DeleteConflict')
    expect(deployed.cloud.ledger.all()).toEqual(before)
    expect((await standing.clients.invoke('tenant1')).status).toBe(200)
  })

  it.each<[string, readonly (readonly [type: string, name?: string])[], Readonly<Record<string, number>>]>([
    // Its id is new: in the role's policy, in the tenant's item.
    ['the endpoint', [['aws:ec2/vpcEndpoint:VpcEndpoint']], { create: 1, update: 1, replace: 1 }],
    // With it went all that the hub had of it; the route to the hub leads nowhere.
    [
      'the attachment',
      [
        ['aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation'],
        ['aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation'],
        ['aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter'],
        ['aws:ec2transitgateway/vpcAttachment:VpcAttachment'],
      ],
      { create: 4 },
    ],
    ['the function', [['aws:lambda/permission:Permission'], ['aws:lambda/function:Function']], { create: 2 }],
    ['the item', [['aws:dynamodb/tableItem:TableItem', '::lane']], { create: 1 }],
    [
      'the role',
      [
        ['aws:iam/rolePolicy:RolePolicy', '::account-models'],
        ['aws:iam/role:Role', '::account-models'],
      ],
      { create: 2 },
    ],
    [
      'the target group and its rule',
      [
        ['aws:lb/listenerRule:ListenerRule'],
        ['aws:lb/targetGroupAttachment:TargetGroupAttachment'],
        ['aws:lb/targetGroup:TargetGroup'],
      ],
      // Who may invoke the function is said by the group's name.
      { create: 3, replace: 1 },
    ],
  ])(
    '%s that was deleted behind its back is missed by a refresh, and made again with all that names it',
    async (what, types, made) => {
      const stack = await deployed.engine.stack('spoke-tenant1')
      const status = async () => (await standing.clients.invoke('tenant1')).status
      expect(await status()).toBe(200)
      const deleted = types.map(([type, name]) => ofType('spoke-tenant1', type, name))
      for (const { urn } of deleted) await deployed.cloud.ledger.delete(urn)
      await deployed.cloud.lambda.stop('genai-gateway-tenant1')
      expect(await status()).not.toBe(200)
      // The first shows what a refresh says; an up that refreshes does the same in one go.
      const alone = what === 'the endpoint'
      if (alone) expect((await stack.refresh(quiet)).summary.resourceChanges).toMatchObject({ delete: deleted.length })
      const { same, ...changes } = (await stack.up({ ...quiet, refresh: !alone })).summary.resourceChanges ?? {}
      expect(changes).toEqual(made)
      await expect.poll(status).toBe(200)
    },
  )

  it('after all of it the state is what is there', async () => {
    await (await deployed.engine.stack('spoke-tenant1')).up({ ...quiet, refresh: true, expectNoChanges: true })
  })

  it('a policy and a route that were changed behind its back are shown by a refresh, and put back by an up', async () => {
    const stack = await deployed.engine.stack('spoke-tenant1')
    const { ledger } = deployed.cloud
    const policy = ofType('spoke-tenant1', 'aws:iam/rolePolicy:RolePolicy', '::account-models')
    const route = ofType('spoke-tenant1', 'aws:ec2/route:Route')
    const drifted = (one: Declared, change: Declared['inputs']) =>
      ledger.put({ ...one, inputs: { ...one.inputs, ...change }, outputs: { ...one.outputs, ...change } })
    const open = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'bedrock:*', Resource: '*' }] }
    await drifted(policy, { policy: JSON.stringify(open) })
    await drifted(route, { transitGatewayId: 'tgw-0123456789abcdef0' })
    const { summary, stdout } = await stack.refresh(quiet)
    expect(summary.resourceChanges).toMatchObject({ update: 2 })
    expect(stdout).toMatch(/RolePolicy account-models updated.*\[diff: ~policy\]/)
    expect(stdout).toMatch(/Route routes-hub updated.*\[diff: ~transitGatewayId\]/)
    expect((await stack.up(quiet)).summary.resourceChanges).toMatchObject({ update: 2 })
    expect(ledger.byUrn(policy.urn)?.inputs).toEqual(policy.inputs)
    expect(ledger.byUrn(route.urn)?.inputs).toEqual(route.inputs)
    expect((await standing.clients.invoke('tenant1')).status).toBe(200)
  })
})
