import { describe, expect, test } from 'vitest'
import {
  ALLOWED,
  allow,
  authorize,
  deny,
  policy,
  ROLE,
  session,
  TENANT_ACCOUNT,
  trusting,
} from '../testing/deciding.ts'
import { HUB_ACCOUNT } from '../testing/ledger-builder.ts'
import type { AuthorizeOptions } from './authorize.ts'
import type { ApiCall } from './call.ts'

describe('assuming a role', () => {
  const TENANT_ROLE = `arn:aws:iam::${TENANT_ACCOUNT}:role/genai-models-tenant1`
  const trust = policy(
    trusting(HUB_ACCOUNT, 'sts:AssumeRole', {
      StringEquals: { 'sts:ExternalId': `${HUB_ACCOUNT}/tenant1` },
      ArnEquals: { 'aws:PrincipalArn': ROLE },
    }),
    trusting(HUB_ACCOUNT, 'sts:TagSession', {
      StringEquals: { 'aws:RequestTag/tenant_id': 'tenant1' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['tenant_id'] },
    }),
  )
  const assume: ApiCall = {
    action: 'sts:AssumeRole',
    resource: TENANT_ROLE,
    resourceAccount: TENANT_ACCOUNT,
    region: 'us-east-1',
    session,
    context: {
      'sts:ExternalId': `${HUB_ACCOUNT}/tenant1`,
      'aws:RequestTag/tenant_id': 'tenant1',
      'aws:TagKeys': ['tenant_id'],
    },
    resourcePolicy: trust,
  }
  const policies = [policy(allow(['sts:AssumeRole', 'sts:TagSession'], TENANT_ROLE))]

  test('both sides and the external id', async () => {
    expect(await authorize(assume, { policies })).toEqual(ALLOWED)
    expect(await authorize({ ...assume, context: {} }, { policies })).toMatchObject({
      layers: ['resource'],
      message: `User: ${session.arn} is not authorized to perform: sts:AssumeRole on resource: ${TENANT_ROLE} because no role trust policy allows the sts:AssumeRole action`,
    })
    expect(await authorize(assume, { policies: [] })).toMatchObject({ layers: ['identity'] })
  })
  test('another role of the trusted account is not enough', async () => {
    const roleArn = `arn:aws:iam::${HUB_ACCOUNT}:role/platform-deployer`
    expect(await authorize({ ...assume, session: { ...session, roleArn } }, { policies })).toMatchObject({
      layers: ['identity', 'resource'],
    })
  })
  test('tagging the session is an action of its own, to which the external id says nothing', async () => {
    const tag = { ...assume, action: 'sts:TagSession' }
    expect(await authorize(tag, { policies })).toEqual(ALLOWED)
    const other = { ...tag, context: { ...tag.context, 'aws:RequestTag/tenant_id': 'tenant2' } }
    expect(await authorize(other, { policies })).toMatchObject({ layers: ['resource'] })
    const more = { ...tag, context: { ...tag.context, 'aws:TagKeys': ['tenant_id', 'admin'] } }
    expect(await authorize(more, { policies })).toMatchObject({ layers: ['resource'] })
    const withExternalId = policy(
      trusting(HUB_ACCOUNT, 'sts:TagSession', { StringEquals: { 'sts:ExternalId': `${HUB_ACCOUNT}/tenant1` } }),
    )
    expect(await authorize({ ...tag, resourcePolicy: withExternalId }, { policies })).toMatchObject({
      layers: ['resource'],
    })
  })
  test('within the account, too, the trust policy must allow', async () => {
    const near = { ...assume, resource: `arn:aws:iam::${HUB_ACCOUNT}:role/near`, resourceAccount: HUB_ACCOUNT }
    const everyRole = { policies: [policy(allow('sts:*'))] }
    expect(await authorize(near, everyRole)).toEqual(ALLOWED)
    expect(await authorize(near, { policies: [] })).toMatchObject({ layers: ['identity'] })
    const { resourcePolicy: _, ...untrusted } = near
    expect(await authorize(untrusted, everyRole)).toMatchObject({ layers: ['resource'] })
    const namesRole = policy({ Effect: 'Allow', Principal: { AWS: ROLE }, Action: 'sts:AssumeRole' })
    expect(await authorize({ ...near, resourcePolicy: namesRole }, { policies: [] })).toEqual(ALLOWED)
  })
  test('asking who one is needs no permission', async () => {
    const who = { ...assume, action: 'sts:GetCallerIdentity', resource: '*', resourceAccount: HUB_ACCOUNT }
    const { resourcePolicy: _, ...call } = who
    expect(await authorize(call, { policies: [policy(deny('*'))] })).toEqual(ALLOWED)
  })

  test('layers switched off show what the others stop', async () => {
    const { resourcePolicy: _, ...untrusted } = assume
    const nothing = { policies: [], serviceControl: [policy(deny('sts:*'))] }
    expect(await authorize(untrusted, nothing)).toMatchObject({ layers: ['serviceControl', 'identity', 'resource'] })
    const without = (...layers: NonNullable<Exclude<AuthorizeOptions['without'], (call: ApiCall) => unknown>>) =>
      authorize(untrusted, { ...nothing, options: { without: layers } })
    expect(await without('serviceControl')).toMatchObject({ layers: ['identity', 'resource'] })
    expect(await without('serviceControl', 'identity')).toMatchObject({ layers: ['resource'] })
    expect(await without('serviceControl', 'resource')).toMatchObject({ layers: ['identity'] })
    expect(await without('serviceControl', 'identity', 'resource')).toEqual(ALLOWED)
    const ofRole = {
      without: ({ session: s }: ApiCall) => (s !== 'anonymous' && s.roleArn === ROLE ? (['identity'] as const) : []),
    }
    expect(await authorize(assume, { policies: [], options: ofRole })).toEqual(ALLOWED)
  })
})
