import { beforeEach, describe, expect, it } from 'vitest'
import { Declarer, HUB, TENANT1 } from '../../../testing/declarer.ts'

const ROLE = 'aws:iam/role:Role'

const ROLE_POLICY = 'aws:iam/rolePolicy:RolePolicy'

const PROFILE = 'aws:iam/instanceProfile:InstanceProfile'

const document = (...statements: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })

const trust = (principal: unknown) => document({ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' })

const lambda = trust({ Service: 'lambda.amazonaws.com' })

const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }

let cloud: Declarer

beforeEach(() => {
  cloud = new Declarer()
})

describe('Role', () => {
  it('is known by its name, in an account and not in a region', async () => {
    const role = await cloud.make(ROLE, 'r', { name: 'reader', assumeRolePolicy: lambda })
    expect(role).toMatchObject({ id: 'reader', outputs: { arn: `arn:aws:iam::${HUB}:role/reader` } })
    const again = { name: 'Reader', assumeRolePolicy: lambda }
    expect(await cloud.refusal(ROLE, 's', again)).toBe('EntityAlreadyExists: Role with name Reader already exists.')
    const inTokyo = { account: HUB, region: 'ap-northeast-1' }
    expect(await cloud.refusal(ROLE, 's', again, inTokyo)).toContain('EntityAlreadyExists')
    await cloud.make(ROLE, 't', again, { account: TENANT1 })
    const deployer = { name: 'genai-deployer', assumeRolePolicy: lambda }
    expect(await cloud.refusal(ROLE, 'u', deployer, { account: TENANT1 })).toContain('EntityAlreadyExists')
  })

  it('trusts only principals that exist when it is saved', async () => {
    const refusal = (principal: unknown) =>
      cloud.refusal(ROLE, 'r', { name: 'reader', assumeRolePolicy: trust(principal) })
    const nobody = `arn:aws:iam::${HUB}:role/nobody`
    expect(await refusal({ AWS: nobody })).toBe(
      `MalformedPolicyDocument: Invalid principal in policy: "AWS":"${nobody}"`,
    )
    expect(await refusal({ AWS: '999999999999' })).toContain('Invalid principal')
    expect(await refusal({ Service: 'lambda' })).toContain('Invalid principal')
    expect(await refusal({ Person: 'me' })).toContain('Invalid principal')
    await cloud.make(ROLE, 'nobody', { name: 'nobody', assumeRolePolicy: lambda })
    for (const [index, principal] of [nobody, HUB, `arn:aws:iam::${TENANT1}:root`].entries())
      await cloud.make(ROLE, `ok${index}`, { assumeRolePolicy: trust({ AWS: principal }) })
  })

  it.each([
    ['{', 'invalid Json'],
    [document(allow), 'prohibited field Resource'],
    [document({ Effect: 'Allow', Action: 'sts:AssumeRole' }), 'Missing required field Principal'],
    [document({ Effect: 'Allow', Principal: '*', Action: 's3:Get' }), 'may only specify STS AssumeRole actions'],
    [document({ Effect: 'Maybe', Principal: '*', Action: 'sts:AssumeRole' }), 'Effect must be Allow or Deny'],
    [document({ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole', When: 1 }), 'When is not an element'],
  ])('refuses the trust policy %s', async (assumeRolePolicy, message) => {
    const refusal = await cloud.refusal(ROLE, 'r', { assumeRolePolicy })
    expect(refusal).toContain('MalformedPolicyDocument')
    expect(refusal).toContain(message)
  })

  it('has limits of name, size, time and boundary', async () => {
    const refusal = (inputs: object) => cloud.refusal(ROLE, 'r', { assumeRolePolicy: lambda, ...inputs })
    expect(await refusal({ name: 'r'.repeat(65) })).toContain('ValidationError')
    expect(await refusal({ maxSessionDuration: 60 })).toContain('ValidationError')
    expect(await refusal({ permissionsBoundary: `arn:aws:iam::${HUB}:policy/none` })).toContain('NoSuchEntity')
    const long = document(
      ...Array.from({ length: 40 }, () => ({ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' })),
    )
    expect(await refusal({ assumeRolePolicy: long })).toContain('LimitExceeded')
  })

  it('is held by its policies, attachments and profiles, and by nothing else of its name', async () => {
    const role = await cloud.make(ROLE, 'r', { name: 'reader', assumeRolePolicy: lambda })
    await cloud.make('aws:cloudwatch/logGroup:LogGroup', 'g', { name: 'reader' })
    expect(cloud.holders(role)).toEqual([])
    await cloud.make(ROLE_POLICY, 'p', { role: 'reader', policy: document(allow) })
    await cloud.make(PROFILE, 'i', { role: 'reader' })
    expect(cloud.holders(role)).toEqual([ROLE_POLICY, PROFILE])
  })
})
