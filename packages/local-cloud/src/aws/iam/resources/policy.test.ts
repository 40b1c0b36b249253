import { beforeEach, describe, expect, it } from 'vitest'
import { Declarer, HUB, TENANT1 } from '../../../testing/declarer.ts'
import { organization } from '../../../testing/organization.ts'

const ROLE = 'aws:iam/role:Role'

const ROLE_POLICY = 'aws:iam/rolePolicy:RolePolicy'

const POLICY = 'aws:iam/policy:Policy'

const ATTACHMENT = 'aws:iam/rolePolicyAttachment:RolePolicyAttachment'

const document = (...statements: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })

const trust = (principal: unknown) => document({ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' })

const lambda = trust({ Service: 'lambda.amazonaws.com' })

const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }

let cloud: Declarer

beforeEach(() => {
  cloud = new Declarer()
})

describe('policies', () => {
  beforeEach(() => cloud.make(ROLE, 'r', { name: 'reader', assumeRolePolicy: lambda }))

  it('inline are written to a role that is there, 10,240 characters in all', async () => {
    expect(await cloud.refusal(ROLE_POLICY, 'p', { role: 'nobody', policy: document(allow) })).toContain('NoSuchEntity')
    const half = document(...Array.from({ length: 90 }, () => allow))
    await cloud.make(ROLE_POLICY, 'p', { role: 'reader', policy: half })
    await cloud.make(ROLE_POLICY, 'p', { role: 'reader', policy: half })
    const refusal = await cloud.refusal(ROLE_POLICY, 'q', { role: 'reader', policy: half })
    expect(refusal).toBe('LimitExceeded: Maximum policy size of 10240 bytes exceeded for role reader')
  })

  it.each([
    [document({ Effect: 'Allow', Action: 's3:GetObject' }), 'must contain resources'],
    [document({ ...allow, Principal: '*' }), 'should not specify a principal'],
    [document({ ...allow, Action: 'GetObject' }), 'prefaced by a vendor'],
    [document({ ...allow, Resource: 'bucket' }), 'must be in ARN format'],
  ])('refuse %s', async (policy, message) => {
    expect(await cloud.refusal(ROLE_POLICY, 'p', { role: 'reader', policy })).toContain(message)
  })

  it('managed have no name of one that exists before any stack, whatever its path and case', async () => {
    const policies = [{ name: 'boundary', policy: { Version: '2012-10-17', Statement: [] } }] as const
    const accounts = organization.accounts.map((one) => (one.id === HUB ? { ...one, policies } : one))
    cloud = new Declarer({ ...organization, accounts })
    const named = (name: string, path: string) => ({ name, path, policy: document(allow) })
    expect(await cloud.refusal(POLICY, 'p', named('Boundary', '/x/'))).toContain('EntityAlreadyExists')
    await cloud.make(POLICY, 'p', named('boundary', '/'), { account: TENANT1 })
  })

  it('managed have a name, 6,144 characters, and are held where they are attached', async () => {
    const long = document(...Array.from({ length: 120 }, () => allow))
    expect(await cloud.refusal(POLICY, 'p', { policy: long })).toContain('Cannot exceed quota for PolicySize: 6144')
    const policy = await cloud.make(POLICY, 'p', { name: 'read', policy: document(allow) })
    expect(policy.id).toBe(`arn:aws:iam::${HUB}:policy/read`)
    expect(await cloud.refusal(POLICY, 'q', { name: 'read', policy: document(allow) })).toContain('EntityAlreadyExists')
    await cloud.make(ATTACHMENT, 'a', { role: 'reader', policyArn: policy.id })
    await cloud.make(ROLE, 'bounded', { assumeRolePolicy: lambda, permissionsBoundary: policy.id })
    expect(cloud.holders(policy)).toEqual([ATTACHMENT, ROLE])
    const none = { role: 'reader', policyArn: 'arn:aws:iam::aws:policy/None' }
    expect(await cloud.refusal(ATTACHMENT, 'b', none)).toContain('NoSuchEntity')
  })
})
