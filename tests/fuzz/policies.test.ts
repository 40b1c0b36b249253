/** Policies of any valid settings: within AWS's limits, without wildcards, and never for another tenant. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { executionRoleName, externalId, roleArn, tenantRoleName } from '../../shared/naming.ts'
import { POLICY_LIMITS, type PolicyDocument, type PolicyStatement } from '../../shared/policies/document.ts'
import { executionRolePolicy } from '../../shared/policies/execution-role.ts'
import { modelEndpointPolicy, tenantRolePolicy, tenantRoleTrustPolicy } from '../../shared/policies/tenant-role.ts'
import { TENANT_ID } from '../../shared/tenant.ts'
import { caller, HUB, REGION, TENANT_ACCOUNT } from '../policies/evaluation.ts'
import { PATIENT, runs } from './support.ts'

const tenantIds = fc.stringMatching(/^[a-z][a-z0-9]{1,19}$/)
/** Two tenants, one often the beginning of the other: what a careless wildcard would confuse. */
const twoTenants = fc
  .oneof(
    fc.tuple(tenantIds, tenantIds),
    fc.tuple(tenantIds, fc.stringMatching(/^[a-z0-9]{1,3}$/)).map(([id, more]) => [id, `${id}${more}`] as const),
  )
  .filter(([own, other]) => own !== other && TENANT_ID.test(own) && TENANT_ID.test(other))
const modelId = fc
  .tuple(
    fc.constantFrom('', 'us.', 'global.'),
    fc.constantFrom('amazon', 'anthropic', 'meta', 'mistral', 'openai'),
    fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,60}$/),
    fc.constantFrom('', '-v1:0', '-v2:1'),
  )
  .map(([geography, provider, name, version]) => `${geography}${provider}.${name}${version}`)
const modelIds = fc.uniqueArray(modelId, { minLength: 1, maxLength: 20 })
const accounts = fc.stringMatching(/^[1-9]\d{11}$/)
const TABLE = `arn:aws:dynamodb:${REGION}:${HUB}:table/genai-tenants`
const ENDPOINT = 'vpce-0123456789abcdef0'
const VPC = 'vpc-0123456789abcdef0'

const parts = (value: PolicyStatement['Action']): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value

/** Statements whose resources IAM cannot name: what an interface or a log stream will be called is AWS's choice. */
const NAMELESS = new Set(['NetworkInterfaces', 'OwnLogs', 'CountTokens'])

function expectNoWildcards(document: PolicyDocument): void {
  for (const statement of document.Statement) {
    if (statement.Effect === 'Deny') continue
    expect(parts(statement.Action).filter((action) => action.includes('*'))).toEqual([])
    if (!NAMELESS.has(statement.Sid ?? ''))
      expect(parts(statement.Resource).filter((resource) => /[*?]/.test(resource))).toEqual([])
    expect([statement.NotAction, statement.NotResource]).toEqual([undefined, undefined])
  }
}

/** The role's policy of many models leaves the regions that a profile goes to to the endpoint's. */
const inSomeRegion = (document: PolicyDocument): PolicyDocument =>
  JSON.parse(
    JSON.stringify(document).replaceAll(
      'arn:aws:bedrock:*::foundation-model/',
      'arn:aws:bedrock:us-west-2::foundation-model/',
    ),
  )

const sized = (kind: keyof typeof POLICY_LIMITS, document: PolicyDocument) =>
  expect(JSON.stringify(document).length).toBeLessThanOrEqual(POLICY_LIMITS[kind])

const executionRole = (tenantId: string, account: string) =>
  executionRolePolicy({
    hubAccount: HUB,
    region: REGION,
    tenantId,
    tenantRoleArn: roleArn(account, tenantRoleName(tenantId)),
    tableArn: TABLE,
    vpcId: VPC,
  })

const trust = (tenantId: string) =>
  tenantRoleTrustPolicy({
    hubAccount: HUB,
    tenantId,
    gatewayRoleArns: [roleArn(HUB, executionRoleName(tenantId))],
    externalId: externalId(HUB, tenantId),
    hubVpcId: VPC,
  })

describe('form', () => {
  it('the execution role and the trust of the tenant role are within limits and without wildcards', PATIENT, () => {
    fc.assert(
      fc.property(tenantIds, accounts, (tenantId, account) => {
        sized('inline', executionRole(tenantId, account))
        sized('trust', trust(tenantId))
        expectNoWildcards(executionRole(tenantId, account))
        expectNoWildcards(trust(tenantId))
      }),
      runs(200),
    )
  })

  it('any list of models makes an endpoint policy within its limit, or an error that says what to do', PATIENT, () => {
    fc.assert(
      fc.property(tenantIds, accounts, modelIds, (tenantId, account, ids) => {
        const models = { account, region: REGION, modelIds: ids }
        expectNoWildcards(inSomeRegion(tenantRolePolicy({ ...models, endpointId: ENDPOINT })))
        let text: string
        try {
          text = modelEndpointPolicy({ ...models, tenantId, roleArn: roleArn(account, tenantRoleName(tenantId)) })
        } catch (error) {
          expect(String(error)).toMatch(/AWS allows 20480\. List fewer models: it has \d+\./)
          return
        }
        expect(text.length).toBeLessThanOrEqual(POLICY_LIMITS.endpoint)
        expectNoWildcards(JSON.parse(text))
      }),
      runs(200),
    )
  })
})

describe('effect, by evaluation', () => {
  it('an execution role reads, logs and assumes nothing of another tenant', PATIENT, async () => {
    await fc.assert(
      fc.asyncProperty(twoTenants, accounts, async ([own, other], account) => {
        const ask = caller({
          account: HUB,
          role: executionRoleName(own),
          policies: [executionRole(own, account)],
          sourceFunctionArn: `arn:aws:lambda:${REGION}:${HUB}:function:genai-gateway-${own}`,
        })
        const query = (keys: readonly string[], vpcId = VPC) =>
          ask({
            action: 'dynamodb:Query',
            resource: TABLE,
            context: { 'dynamodb:LeadingKeys': keys, 'aws:SourceVpc': vpcId },
          })
        const log = (tenantId: string) =>
          ask({
            action: 'logs:PutLogEvents',
            resource: `arn:aws:logs:${REGION}:${HUB}:log-group:/aws/lambda/genai-gateway-${tenantId}:log-stream:s`,
          })
        // The other tenant in the same account: the account's own wall is not what is tested here. Its role trusts this one.
        const assume = (tenantId: string) =>
          ask({
            action: 'sts:AssumeRole',
            resource: roleArn(account, tenantRoleName(tenantId)),
            resourceAccount: account,
            context: { 'aws:SourceVpc': VPC },
            resourcePolicy: {
              Version: '2012-10-17',
              Statement: [
                { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${HUB}:root` }, Action: 'sts:AssumeRole' },
              ],
            },
          })
        const decisions = await Promise.all([
          query([own]),
          log(own),
          query([own], 'vpc-0fedcba9876543210'),
          query([other]),
          query([own, other]),
          log(other),
          assume(other),
        ])
        expect(decisions.map(({ allowed }) => allowed)).toEqual([true, true, false, false, false, false, false])
      }),
      runs(30),
    )
  })

  it("a tenant role trusts its own tenant's function only", PATIENT, async () => {
    await fc.assert(
      fc.asyncProperty(twoTenants, fc.boolean(), async ([own, other], knowsExternalId) => {
        const assume = (by: string, vpcId = VPC) =>
          caller({
            account: HUB,
            role: executionRoleName(by),
            policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:*', Resource: '*' }] }],
          })({
            action: 'sts:AssumeRole',
            resource: roleArn(TENANT_ACCOUNT, tenantRoleName(own)),
            resourceAccount: TENANT_ACCOUNT,
            resourcePolicy: trust(own),
            context: {
              'sts:ExternalId': externalId(HUB, by === own || knowsExternalId ? own : by),
              'aws:SourceVpc': vpcId,
            },
          })
        const decisions = [await assume(own), await assume(other), await assume(own, 'vpc-0fedcba9876543210')]
        expect(decisions.map(({ allowed }) => allowed)).toEqual([true, false, false])
      }),
      runs(30),
    )
  })

  it(
    'a tenant role calls the listed models through its own endpoint, no other model and through no other endpoint',
    PATIENT,
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(modelId, { minLength: 2, maxLength: 6 }),
          async ([unlisted = '', ...listed]) => {
            fc.pre(
              !listed.some((id) => id.endsWith(unlisted)) &&
                !unlisted.includes('global.') &&
                !unlisted.startsWith('us.'),
            )
            const ask = caller({
              account: TENANT_ACCOUNT,
              role: 'genai-models-own',
              policies: [
                tenantRolePolicy({ account: TENANT_ACCOUNT, region: REGION, modelIds: listed, endpointId: ENDPOINT }),
              ],
            })
            const invoke = (id: string, endpoint: string) =>
              ask({
                action: 'bedrock:InvokeModel',
                resource: /^(us|global)\./.test(id)
                  ? `arn:aws:bedrock:${REGION}:${TENANT_ACCOUNT}:inference-profile/${id}`
                  : `arn:aws:bedrock:${REGION}::foundation-model/${id}`,
                context: { 'aws:SourceVpce': endpoint },
              })
            const [first = ''] = listed
            const decisions = await Promise.all([
              invoke(first, ENDPOINT),
              invoke(first, 'vpce-0aaaaaaaaaaaaaaaa'),
              invoke(unlisted, ENDPOINT),
            ])
            expect(decisions.map(({ allowed }) => allowed)).toEqual([true, false, false])
          },
        ),
        runs(30),
      )
    },
  )
})
