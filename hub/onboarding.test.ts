import { beforeAll, describe, expect, it } from 'vitest'
import { type HubRecording, recordHub } from '../tests/hub-fixture.ts'

let recorded: HubRecording
beforeAll(async () => {
  recorded = await recordHub()
})

const POLICY = 'aws:iam/policy:Policy'
const documentOf = (name: string) => String(recorded.one(POLICY, name).inputs.policy)

describe('the onboarding role', () => {
  it('is for the deployers only, who must name one tenant', () => {
    const { inputs } = recorded.one('aws:iam/role:Role', 'onboarding')
    expect(inputs).toMatchObject({ name: 'genai-onboarding', maxSessionDuration: 3600 })
    const { Statement } = JSON.parse(String(inputs.assumeRolePolicy))
    for (const statement of Statement) {
      expect(statement.Principal).toEqual({ AWS: ['arn:aws:iam::111111111111:role/platform-deployer'] })
      expect(JSON.stringify(statement.Condition)).toContain('aws:RequestTag/tenant_id')
    }
    expect(Statement.map(({ Action }: { Action: string }) => Action)).toEqual(['sts:AssumeRole', 'sts:TagSession'])
  })

  it('has its three policies, each within what AWS allows', () => {
    const attached = recorded.all('aws:iam/rolePolicyAttachment:RolePolicyAttachment')
    for (const part of ['network', 'function', 'routing']) {
      expect(documentOf(`onboarding-${part}`).length).toBeLessThanOrEqual(6144)
      expect(attached.find(({ name }) => name === `onboarding-${part}`)?.inputs).toMatchObject({
        role: 'genai-onboarding',
        policyArn: expect.stringContaining(`onboarding-${part}`),
      })
    }
  })

  it("is tied to this hub's resources", () => {
    expect(documentOf('onboarding-network')).toContain('transit-gateway-route-table/transit-gateway-spokes-id')
    expect(documentOf('onboarding-function')).toContain('"lambda:VpcIds":"vpc-hub"')
    expect(documentOf('onboarding-function')).toContain('"lambda:SubnetIds":["subnet-private-a","subnet-private-b"]')
    expect(documentOf('onboarding-routing')).toContain('listener/app/genai-hub/1/load-balancer-https')
    expect(documentOf('onboarding-function')).toContain('arn:aws:iam::111111111111:policy/genai-gateway-boundary')
  })

  it('may invite accounts only where the gateway is shared with accounts', async () => {
    expect(documentOf('onboarding-network')).not.toContain('ram:')
    const accounts = await recordHub({ sharing: { kind: 'accounts', accounts: ['222222222222'] } })
    expect(String(accounts.one(POLICY, 'onboarding-network').inputs.policy)).toContain('ram:AssociateResourceShare')
  })

  it('bounds every role that it makes', () => {
    expect(recorded.one(POLICY, 'destroy-tenants-first').inputs.name).toBe('genai-gateway-boundary')
    expect(documentOf('destroy-tenants-first')).toContain('aws:PrincipalTag/tenant')
  })

  it('has its boundary made after all the rest of the hub, so that a destroy begins with what IAM refuses', () => {
    const { dependencies } = recorded.one(POLICY, 'destroy-tenants-first')
    const rest = recorded.resources.filter(({ type, name }) => /^awsx?:/.test(type) && name !== 'destroy-tenants-first')
    expect(rest.length).toBeGreaterThan(40)
    for (const { type, name } of rest) expect(dependencies).toContain(`${type} ${name}`)
    for (const { dependencies: others } of rest)
      expect(others).not.toContain('aws:iam/policy:Policy destroy-tenants-first')
  })

  it('refuses more deployers than a trust policy holds', async () => {
    const deployers = Array.from({ length: 40 }, (_, index) => `arn:aws:iam::111111111111:role/deployer-${index}`)
    await expect(recordHub({ deployers })).rejects.toThrow(/trust policy has \d+ characters. AWS allows 2048/)
  })
})
