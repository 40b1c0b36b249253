/** A deployment by an onboarding role that lacks one permission, for real: made, changed, read, destroyed. */

import type { Declared } from '@genai/local-cloud/ledger/ledger'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Platform, startPlatform } from '../../proof/harness/platform.ts'
import type { PolicyDocument } from '../../shared/policies/document.ts'
import { withoutAction } from './grants.ts'

const PROJECT = 'genai-hub-spoke'
const TENANT = 'spoke-tenant1'

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform({ stacks: ['hub', TENANT] })
})
afterAll(() => platform.close())

const declared = () =>
  platform.cloud.ledger.all().filter(({ urn }) => urn.includes(`:pulumi:${TENANT}::`) && !urn.endsWith('#retained'))

/** Takes an action out of one statement of the onboarding role while `work` runs. */
async function lacking<T>(sid: string, action: string, work: () => Promise<T>): Promise<T> {
  const policy = platform.cloud.ledger
    .all('aws:iam/policy:Policy')
    .find(({ outputs }) => String(outputs.policy).includes(`"Sid":"${sid}"`)) as Declared
  const document = JSON.parse(String(policy.outputs.policy)) as PolicyDocument
  const [without] = withoutAction([document], sid, action)
  expect(without).not.toEqual(document)
  return await platform.changed(policy, { policy: JSON.stringify(without) }, work)
}

const refused = (action: string, resource: RegExp) =>
  new RegExp(
    `AccessDenied: User: arn:aws:sts::111111111111:assumed-role/genai-onboarding/genai-tenant1 is not authorized to perform: ${action} on resource: ${resource.source}`,
  )

describe('an onboarding role that lacks a permission', () => {
  it.each<[string, string, string, Readonly<Record<string, unknown>>, RegExp]>([
    [
      'changing',
      'ConfigureFunction',
      'lambda:UpdateFunctionConfiguration',
      { tier: 'medium' },
      /\S+:function:genai-gateway-tenant1/,
    ],
    [
      'reserving',
      'OwnFunction',
      'lambda:PutFunctionConcurrency',
      { tier: 'medium' },
      /\S+:function:genai-gateway-tenant1/,
    ],
    [
      'replacing',
      'AcceptAttachment',
      'ec2:AcceptTransitGatewayVpcAttachment',
      { cidrBlock: '10.64.9.0/24' },
      /\S+:transit-gateway-attachment\/tgw-attach-/,
    ],
  ])('stops a deployment %s, with nothing changed', async (_, sid, action, settings, resource) => {
    const before = declared()
    await expect(lacking(sid, action, () => platform.deploy(TENANT, settings))).rejects.toThrow(
      refused(action, resource),
    )
    expect(declared()).toEqual(before)
  })

  it('stops a new tenant', async () => {
    await expect(
      lacking('OwnLogGroup', 'logs:PutMetricFilter', () => platform.deploy('spoke-tenant2')),
    ).rejects.toThrow(
      /creating lane-\S+ \(aws:cloudwatch\/logMetricFilter.*AccessDenied: User: \S+genai-onboarding\/genai-tenant2 is not authorized to perform: logs:PutMetricFilter/,
    )
  })

  it('stops a destroy, with everything still there', async () => {
    const before = declared()
    const destroy = () => platform.cloud.destroy({ project: PROJECT, stack: TENANT })
    await expect(lacking('OwnAlarms', 'cloudwatch:DeleteAlarms', destroy)).rejects.toThrow(
      /genai-onboarding\/genai-tenant1 is not authorized to perform: cloudwatch:DeleteAlarms on resource: \S+:alarm:genai-/,
    )
    expect(declared()).toEqual(before)
    await destroy()
    expect(declared()).toEqual([])
  })
})
