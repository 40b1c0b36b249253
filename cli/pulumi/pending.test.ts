import { describe, expect, it } from 'vitest'
import { interruptedText, pendingText } from '../verbs/pending.ts'
import { type Deployment, importFile, interruptedOthers, pendingCreations } from './pending.ts'

const PREFIX = 'urn:pulumi:spoke-tenant2::genai-hub-spoke'
const ACCOUNT = `${PREFIX}::genai:spoke:TenantAccount::account`
const PROVIDER = `${PREFIX}::pulumi:providers:aws::tenant`
const urn = (type: string, name: string) => `${PREFIX}::genai:spoke:TenantAccount$${type}::${name}`
const operation = (kind: string, type: string, name: string, inputs: Record<string, unknown> = {}) => ({
  type: kind,
  resource: { urn: urn(type, name), type, parent: ACCOUNT, provider: `${PROVIDER}::some-id`, inputs },
})
const VPC = 'aws:ec2/vpc:Vpc'
const SUBNET = 'aws:ec2/subnet:Subnet'

const deployment: Deployment = {
  resources: [{ urn: ACCOUNT }, { urn: urn(SUBNET, 'replaced') }],
  pending_operations: [
    operation('creating', VPC, 'account', {
      __defaults: '',
      cidrBlock: '10.64.9.0/24',
      tags: { Name: 'genai-tenant2' },
    }),
    operation('creating', SUBNET, 'replaced', { cidrBlock: '10.64.9.0/27' }),
    operation('creating', 'aws:cloudwatch/metricAlarm:MetricAlarm', 'alarm'),
    operation('updating', SUBNET, 'other'),
    operation('deleting', SUBNET, 'old'),
  ],
}

describe('interrupted creations', () => {
  it('are taken over, deleted where they were to replace one that is in use, or left to be written over', () => {
    expect(pendingCreations(deployment).map(({ name, remedy }) => [name, remedy])).toEqual([
      ['account', 'import'],
      ['replaced', 'delete'],
      ['alarm', 'nothing'],
    ])
  })

  it('have a file for pulumi import, which names parents and providers by URN', () => {
    const [parent, provider] = ['genai:spoke:TenantAccount account', 'pulumi:providers:aws tenant']
    expect(importFile(deployment)).toEqual({
      nameTable: { [parent]: ACCOUNT, [provider]: PROVIDER },
      resources: [{ type: VPC, name: 'account', id: '', parent, provider }],
    })
    expect(importFile(deployment, () => 'vpc-1').resources[0]?.id).toBe('vpc-1')
  })

  it('are told with what AWS can be asked by, and what to do next', () => {
    const text = pendingText('spoke-tenant2', pendingCreations(deployment), 'import.json')
    expect(text).toContain('3 creations were interrupted')
    expect(text).toMatch(
      /Take over .*\n {2}aws:ec2\/vpc:Vpc account\n {6}cidrBlock 10\.64\.9\.0\/24\n {6}tag Name=genai-tenant2\n/,
    )
    expect(text).toMatch(/Delete it in AWS .*\n {2}aws:ec2\/subnet:Subnet replaced\n/)
    expect(text).toContain('pulumi import --file import.json')
    expect(text).not.toContain('__defaults')
  })

  it('are not all: a change and a deletion are told too, and need nothing', () => {
    expect(interruptedText(interruptedOthers(deployment))).toBe(
      [
        'Interrupted as well, and done again by what goes on:',
        '  update of aws:ec2/subnet:Subnet other',
        '  deletion of aws:ec2/subnet:Subnet old',
        '',
      ].join('\n'),
    )
    expect(interruptedText(interruptedOthers({}))).toBe('')
  })

  it('where there are none, what was interrupted goes on, be it an up or a destroy, and nothing is imported', () => {
    expect(pendingCreations({})).toEqual([])
    expect(pendingText('hub', [], 'import.json')).toBe(
      'hub: no creation was interrupted. Go on with what was interrupted: pulumi up -s hub, or pulumi destroy -s hub\n',
    )
    const [, replaced] = pendingCreations(deployment)
    if (replaced) expect(pendingText('hub', [replaced], 'import.json')).not.toContain('pulumi import')
  })
})
