/**
 * A cloud that does what nobody says of AWS: its load balancer compares lists whole, and an attachment that its accepter has deleted is not
 * deleted again. Tenants with the defaults suffer from both; those with the settings for it do not.
 */
import { AdminAddUserToGroupCommand, AdminRemoveUserFromGroupCommand } from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Deployed } from '../../cli/doctor/deployed/question.ts'
import { severalGroups } from '../../cli/doctor/deployed/read-only-trials.ts'
import { secondDeletion } from '../../cli/doctor/test-tenant/trials.ts'
import { cognitoClient } from '../../cli/hub/cognito.ts'
import { functionName } from '../../shared/naming.ts'
import { calling } from '../doctor/gateway.ts'
import { type Platform, startPlatform } from './platform.ts'

const [FIRST, SECOND] = ['spoke-tenant1', 'spoke-tenant2'] as const
const ATTACHMENT = 'aws:ec2transitgateway/vpcAttachment:VpcAttachment'
const ACCEPTER = 'aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter'

let platform: Platform
let cognito: ReturnType<typeof cognitoClient>
beforeAll(async () => {
  platform = await startPlatform({
    listsMatchWhole: true,
    secondDeletionRefused: true,
    settings: { hub: { deletionProtection: false } },
  })
  const local = { port: platform.wirePort, caFile: platform.caFile }
  cognito = cognitoClient(platform.hub.region, { local, credentials: platform.cloud.signIn() })
}, 240_000)
afterAll(async () => {
  cognito?.destroy()
  await platform?.close()
})

/** What the doctor asks of a deployed hub without a listener of its own: whoever answers a user of two groups. */
const asked = async (tenant: string) =>
  await severalGroups({
    world: { hub: undefined, tenants: [] },
    tenant: undefined,
    gateway: calling(platform, tenant)(await platform.signIn(tenant)),
  } as unknown as Deployed)

async function member(tenant: string, group: string, change: 'added' | 'removed'): Promise<void> {
  const { username } = await platform.user(tenant)
  const one = { UserPoolId: platform.hub.userPoolId, Username: username, GroupName: group }
  await (change === 'added'
    ? cognito.send(new AdminAddUserToGroupCommand(one))
    : cognito.send(new AdminRemoveUserFromGroupCommand(one)))
}

describe('a load balancer that compares lists whole', () => {
  it('refuses a user of two groups, until the groups are left to the gateway', async () => {
    await member('tenant1', 'tenant2', 'added')
    expect(await asked('tenant1')).toMatchObject({
      verdict: 'failed',
      said: expect.stringMatching(/^groups tenant\d, tenant\d: 401 by the load balancer/),
      remedy: expect.stringContaining('pulumi config set groupCheck gateway'),
    })
    await platform.deploy(FIRST, { groupCheck: 'gateway' })
    expect(await asked('tenant1')).toMatchObject({
      verdict: 'ok',
      said: expect.stringMatching(/^groups tenant\d, tenant\d: 200 by the gateway/),
    })
  })

  it('still refuses a token of another tenant itself, and the gateway refuses who is not in the group', async () => {
    const path = '/tenant1/v1/models'
    // In both groups as well, so that only the claim of the tenant tells them apart.
    await member('tenant2', 'tenant1', 'added')
    const foreign = await platform.call({ method: 'GET', path, token: await platform.signIn('tenant2') })
    expect([foreign.status, foreign.headers['x-request-id']]).toEqual([401, undefined])

    await member('tenant1', 'tenant1', 'removed')
    const outside = await platform.call({ method: 'GET', path, token: await platform.signIn('tenant1') })
    expect([outside.status, outside.headers['x-error-code']]).toEqual([403, 'tenant_membership_missing'])
    await member('tenant1', 'tenant1', 'added')
    expect((await platform.call({ method: 'GET', path, token: await platform.signIn('tenant1') })).status).toBe(200)
  })
})

describe('an attachment that is deleted once', () => {
  const destroy = (stack: string) => platform.cloud.destroy({ project: 'genai-hub-spoke', stack })
  const attachments = (tenant: string) =>
    [...platform.cloud.ledger.all(ATTACHMENT), ...platform.cloud.ledger.all(ACCEPTER)].filter(
      ({ inputs }) => (inputs.tags as { readonly tenant?: string } | undefined)?.tenant === tenant,
    )

  it('fails the destroy of a tenant with the default, which the doctor tells with the setting', async () => {
    const failure = await destroy(SECOND).then(
      () => expect.fail('it was destroyed'),
      (error: Error) => error.message,
    )
    expect(failure).toMatch(/^tgw-attach-\w+ is in invalid state: deleted$/)
    expect(await secondDeletion({ steps: { gone: { seconds: 1, failure } } } as never)).toMatchObject({
      verdict: 'failed',
      said: failure,
      remedy: expect.stringContaining('attachmentDeletion to owner'),
    })
    expect(attachments('tenant2')).toHaveLength(2)
  })

  it('goes with the tenant’s deletion of it, after an up with the setting, and comes again', async () => {
    await platform.deploy(SECOND, { attachmentDeletion: 'owner' })
    expect((await platform.invoke('tenant2')).status).toBe(200)
    await destroy(SECOND)
    expect(attachments('tenant2')).toEqual([])
    await platform.deploy(SECOND, { attachmentDeletion: 'owner' })
    expect((await platform.invoke('tenant2')).status).toBe(200)
  })

  it('goes when a tenant moves', async () => {
    await platform.deploy(SECOND, { attachmentDeletion: 'owner', cidrBlock: '10.64.9.0/24' })
    expect(attachments('tenant2')).toHaveLength(2)
    // A warm function has the old endpoint for up to ten seconds.
    await platform.cloud.lambda.stop(functionName('tenant2'))
    expect((await platform.invoke('tenant2')).status).toBe(200)
  })
})
