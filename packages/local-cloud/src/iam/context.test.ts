import { describe, expect, test } from 'vitest'
import {
  ALLOWED,
  allow,
  authorize,
  deny,
  policy,
  query,
  ROLE,
  session,
  TABLE,
  TENANT_ACCOUNT,
} from '../testing/deciding.ts'
import { HUB_ACCOUNT } from '../testing/ledger-builder.ts'
import type { ApiCall, Session } from './call.ts'

describe('condition keys and variables', () => {
  const leadingKeys = policy(
    allow('dynamodb:Query', TABLE, {
      'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['tenant1'] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    }),
  )
  test.each([
    [['tenant1'], true],
    [['tenant2'], false],
    [['tenant1', 'tenant2'], false],
    [undefined, false],
  ])('dynamodb:LeadingKeys %j', async (keys, allowed) => {
    const context = keys ? { 'dynamodb:LeadingKeys': keys } : {}
    expect(await authorize({ ...query, context }, { policies: [leadingKeys] })).toMatchObject({ allowed })
  })

  // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable, which IAM fills in
  const byTag = policy(allow('iam:GetRole', 'arn:aws:iam::*:role/genai-gateway-${aws:PrincipalTag/tenant_id}'))
  const getRole = (tenant: string, tags: Session['tags']): ApiCall => ({
    ...query,
    action: 'iam:GetRole',
    resource: `arn:aws:iam::${HUB_ACCOUNT}:role/genai-gateway-${tenant}`,
    session: { ...session, tags },
  })
  test('a session tag in a resource', async () => {
    const setting = { policies: [byTag] }
    expect(await authorize(getRole('tenant1', { tenant_id: 'tenant1' }), setting)).toEqual(ALLOWED)
    expect(await authorize(getRole('tenant2', { tenant_id: 'tenant1' }), setting)).toMatchObject({ layer: 'identity' })
    expect(await authorize(getRole('tenant1', {}), setting)).toMatchObject({ layer: 'identity' })
  })
  test('the role’s own tags count, and a session tag wins over them', async () => {
    const setting = { policies: [byTag], role: { tags: { Tenant_Id: 'tenant1' } } }
    expect(await authorize(getRole('tenant1', {}), setting)).toEqual(ALLOWED)
    expect(await authorize(getRole('tenant1', { tenant_id: 'tenant2' }), setting)).toMatchObject({ allowed: false })
    expect(await authorize(getRole('tenant2', { tenant_id: 'tenant2' }), setting)).toEqual(ALLOWED)
  })

  test.each([
    ['aws:PrincipalArn', ROLE],
    ['aws:PrincipalAccount', HUB_ACCOUNT],
    ['aws:PrincipalOrgID', 'o-example'],
    ['aws:ResourceAccount', HUB_ACCOUNT],
    ['aws:ResourceOrgID', 'o-example'],
    ['aws:RequestedRegion', 'us-east-1'],
    ['aws:SecureTransport', 'true'],
    ['aws:SourceVpce', 'vpce-1'],
    ['aws:PrincipalType', 'AssumedRole'],
  ])('%s', async (key, value) => {
    const call = { ...query, context: { 'aws:SourceVpce': 'vpce-1' } }
    const when = (expected: string) => ({
      policies: [policy(allow('dynamodb:*', '*', { StringEquals: { [key]: expected } }))],
    })
    expect(await authorize(call, when(value))).toEqual(ALLOWED)
    expect(await authorize(call, when('other'))).toMatchObject({ layer: 'identity' })
  })

  test('a caller cannot choose whom it is', async () => {
    const policies = [policy(allow('dynamodb:*', '*', { StringEquals: { 'aws:PrincipalAccount': TENANT_ACCOUNT } }))]
    const call = { ...query, context: { 'aws:PrincipalAccount': TENANT_ACCOUNT } }
    expect(await authorize(call, { policies })).toMatchObject({ layer: 'identity' })
  })

  test('lambda:SourceFunctionArn is there for a function’s own credentials only', async () => {
    const policies = [
      policy(
        allow('ec2:CreateNetworkInterface'),
        deny('ec2:CreateNetworkInterface', '*', {
          ArnLike: { 'lambda:SourceFunctionArn': 'arn:aws:lambda:*:*:function:*' },
        }),
      ),
    ]
    const call = {
      ...query,
      action: 'ec2:CreateNetworkInterface',
      resource: `arn:aws:ec2:us-east-1:${HUB_ACCOUNT}:subnet/subnet-1`,
    }
    expect(await authorize(call, { policies })).toEqual(ALLOWED)
    const sourceFunctionArn = `arn:aws:lambda:us-east-1:${HUB_ACCOUNT}:function:f`
    const fromFunction = { ...call, session: { ...session, sourceFunctionArn } }
    expect(await authorize(fromFunction, { policies })).toMatchObject({ layer: 'identity', explicit: true })
  })

  test.each([
    ['dynamodb:Query', TABLE, 'aws:RequestTag/tenant', 'tenant1'],
    ['sts:GetSessionToken', '*', 'aws:ResourceTag/tenant', 'tenant1'],
    ['dynamodb:DeleteTable', TABLE, 'aws:TagKeys', 'tenant'],
    ['dynamodb:Query', TABLE, 'sts:ExternalId', 'tenant1'],
  ])('%s %s has no %s: a statement that asks for it allows nothing', async (action, resource, key, value) => {
    const call = { ...query, action, resource, context: { ...query.context, [key]: value } }
    expect(await authorize(call, { policies: [policy(allow(action, resource))] })).toEqual(ALLOWED)
    const asking = policy(allow(action, resource, { 'ForAnyValue:StringEquals': { [key]: value } }))
    expect(await authorize(call, { policies: [asking] })).toMatchObject({ layer: 'identity' })
  })

  test('an action without a resource is asked on * only', async () => {
    const call = {
      ...query,
      action: 'ec2:GetTransitGatewayRouteTableAssociations',
      resource: `arn:aws:ec2:us-east-1:${HUB_ACCOUNT}:transit-gateway-route-table/tgw-rtb-1`,
    }
    const setting = { policies: [policy(allow('ec2:*', call.resource))] }
    await expect(authorize(call, setting)).rejects.toThrow(/without a resource only: ask for it on \*, not on arn/)
    expect(await authorize({ ...call, resource: '*' }, setting)).toMatchObject({ layer: 'identity' })
  })

  test('a resource that has no id yet is not any one resource', async () => {
    const subnets = `arn:aws:ec2:us-east-1:${HUB_ACCOUNT}:subnet`
    const call = { ...query, action: 'ec2:CreateSubnet', resource: `${subnets}/*` }
    expect(await authorize(call, { policies: [policy(allow('ec2:*', `${subnets}/*`))] })).toEqual(ALLOWED)
    expect(await authorize(call, { policies: [policy(allow('ec2:*', `${subnets}/subnet-1`))] })).toMatchObject({
      layer: 'identity',
    })
  })

  test('the destinations of a global inference profile, which have no region', async () => {
    const model = 'arn:aws:bedrock:::foundation-model/amazon.nova-2-lite-v1:0'
    const profile = `arn:aws:bedrock:us-east-1:${HUB_ACCOUNT}:inference-profile/global.amazon.nova-2-lite-v1:0`
    const policies = [
      policy(allow('bedrock:InvokeModel', model, { ArnEquals: { 'bedrock:InferenceProfileArn': profile } })),
    ]
    const call = { ...query, action: 'bedrock:InvokeModel', resource: model }
    expect(await authorize({ ...call, context: { 'bedrock:InferenceProfileArn': profile } }, { policies })).toEqual(
      ALLOWED,
    )
    expect(await authorize(call, { policies })).toMatchObject({ layer: 'identity' })
  })

  test('the clock is the one that was given', async () => {
    const policies = [policy(allow('dynamodb:*', '*', { DateLessThan: { 'aws:CurrentTime': '2026-01-02T00:00:00Z' } }))]
    const at = (date: string) => ({ policies, options: { now: () => Date.parse(date) / 1000 } })
    expect(await authorize(query, at('2026-01-01T23:59:59Z'))).toEqual(ALLOWED)
    expect(await authorize(query, at('2026-01-02T00:00:01Z'))).toMatchObject({ allowed: false })
  })
})
