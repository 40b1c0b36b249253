/**
 * Negative controls: each takes one declared thing away, and the request that worked must fail the way it does on AWS.
 * Every one of them shows that the path is enforced, and by what.
 */

import type { Declared, Properties } from '@genai/local-cloud/ledger/ledger'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Platform, startPlatform } from './platform.ts'

let platform: Platform

beforeAll(async () => {
  platform = await startPlatform({ stacks: ['hub', 'spoke-tenant1'] })
})
afterAll(() => platform?.close())

/** A fresh process each time: what a warm function holds (connection, credentials, item) must not answer for it. */
async function coldInvoke() {
  platform.cloud.lambda.stop('genai-gateway-tenant1')
  const answer = await platform.invoke('tenant1')
  return { status: answer.status, code: codeOf(answer.body) }
}

function codeOf(body: string): string {
  try {
    return JSON.parse(body).error?.code ?? 'none'
  } catch {
    return 'not JSON'
  }
}

const of = (type: string, match: (resource: Declared) => boolean = () => true) =>
  platform.cloud.ledger.all(type).filter(match)
const inStack = (stack: string) => (resource: Declared) => resource.urn.startsWith(`urn:pulumi:${stack}::`)
const spoke = inStack('spoke-tenant1')
const hub = inStack('hub')

it('answers before anything is taken away', async () => {
  expect(await coldInvoke()).toEqual({ status: 200, code: 'none' })
})

const UNREACHABLE = { status: 504, code: 'model_timeout' }

describe('network', () => {
  const removals: readonly [string, () => readonly Declared[]][] = [
    [
      "the hub's routes to the spokes",
      () => of('aws:ec2/route:Route', (r) => hub(r) && r.outputs.transitGatewayId !== undefined),
    ],
    [
      "the accepter of the tenant's attachment",
      () => of('aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter', spoke),
    ],
    [
      'the association with `spokes`',
      () => of('aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation', spoke),
    ],
    [
      'the propagation into `hub`',
      () => of('aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation', spoke),
    ],
    ["the spoke's routes back to the hub", () => of('aws:ec2/route:Route', spoke)],
    ["the hub's attachment", () => of('aws:ec2transitgateway/vpcAttachment:VpcAttachment', hub)],
    [
      "the endpoint's security group rule",
      () => of('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', spoke),
    ],
    [
      "the function's way out to its spoke",
      () =>
        of(
          'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule',
          (r) => spoke(r) && String(r.outputs.cidrIpv4 ?? '').startsWith('10.64.'),
        ),
    ],
    ["the tenant's model endpoint", () => of('aws:ec2/vpcEndpoint:VpcEndpoint', spoke)],
  ]
  it.each(removals)('without %s the model cannot be reached', async (_, resources) => {
    const taken = resources()
    expect(taken.length).toBeGreaterThan(0)
    const answer = await platform.without(taken, coldInvoke)
    expect([UNREACHABLE, { status: 503, code: 'model_unreachable' }]).toContainEqual(answer)
    expect(await coldInvoke()).toMatchObject({ status: 200 })
  })
})

describe('policies', () => {
  const change = (resource: Declared | undefined, outputs: Properties) => {
    if (!resource) throw new Error('no such resource')
    return platform.changed(resource, outputs, coldInvoke)
  }
  const edited = (resource: Declared | undefined, property: string, edit: (text: string) => string): Properties => {
    const before = String(resource?.outputs[property])
    const after = edit(before)
    expect(after).not.toBe(before)
    return { [property]: after }
  }
  const withoutStatement = (sid: string) => (text: string) => {
    const document = JSON.parse(text)
    return JSON.stringify({ ...document, Statement: document.Statement.filter((s: { Sid?: string }) => s.Sid !== sid) })
  }
  const tenantRole = () => of('aws:iam/role:Role', (r) => spoke(r) && r.outputs.name === 'genai-models-tenant1')[0]
  const endpoint = () => of('aws:ec2/vpcEndpoint:VpcEndpoint', spoke)[0]

  it('another external id in the trust policy: the role is not assumed', async () => {
    const answer = await change(
      tenantRole(),
      edited(tenantRole(), 'assumeRolePolicy', (t) => t.replace('111111111111/tenant1', '111111111111/other')),
    )
    expect(answer).toEqual({ status: 502, code: 'credentials_refused' })
  })
  it('no statement for the session tag in the trust policy: the role is not assumed', async () => {
    const answer = await change(
      tenantRole(),
      edited(tenantRole(), 'assumeRolePolicy', withoutStatement('GatewayTagsSession')),
    )
    expect(answer).toEqual({ status: 502, code: 'credentials_refused' })
  })
  it('no policy of the tenant role: the model refuses', async () => {
    const answer = await platform.without(
      of('aws:iam/rolePolicy:RolePolicy', (r) => spoke(r) && r.outputs.role === 'genai-models-tenant1'),
      coldInvoke,
    )
    expect(answer).toEqual({ status: 502, code: 'model_access_denied' })
  })
  it('an endpoint policy that admits another role only: the model refuses', async () => {
    const answer = await change(
      endpoint(),
      edited(endpoint(), 'policy', (t) => t.replaceAll('genai-models-tenant1', 'genai-models-other')),
    )
    expect(answer).toEqual({ status: 502, code: 'model_access_denied' })
  })
  it('no permission for the load balancer: 502 of its own', async () => {
    const answer = await platform.without(of('aws:lambda/permission:Permission', spoke), coldInvoke)
    expect(answer).toEqual({ status: 502, code: 'not JSON' })
  })
  it('no policy of the execution role: no table, and so no keys of tokens', async () => {
    const answer = await platform.without(
      of('aws:iam/rolePolicy:RolePolicy', (r) => spoke(r) && r.outputs.role === 'genai-gateway-tenant1'),
      coldInvoke,
    )
    expect(answer).toEqual({ status: 503, code: 'identity_unavailable' })
  })
})

describe('what a tenant is made of', () => {
  it('without its rule nobody answers: the default action of the listener does', async () => {
    const answer = await platform.without(of('aws:lb/listenerRule:ListenerRule', spoke), () =>
      platform.invoke('tenant1'),
    )
    expect(answer.status).toBe(404)
  })
  it('without its item the tenant is unknown', async () => {
    const answer = await platform.without(of('aws:dynamodb/tableItem:TableItem', spoke), coldInvoke)
    expect(answer).toEqual({ status: 404, code: 'tenant_unknown' })
  })
})
