/**
 * What a tenant's roles may do at most in an account that several share, whatever its deployer writes into their policies. An administrator
 * of the account makes it; the deployer cannot change it, and makes no role without it.
 */
import { accountLogGroupPrefix } from '../naming.ts'
import { allow } from './deployer-statements.ts'
import { type PolicyDocument, type PolicyStatement, policy } from './document.ts'

export interface TenantBoundary {
  readonly account: string
  readonly tenantId: string
}

/**
 * Models belong to the account, so the boundary allows all of them; the role's own policy says which of them the tenant may call. Everything
 * else is restricted by the tenant's name or tag.
 */
export const tenantBoundary = ({ account, tenantId }: TenantBoundary): PolicyDocument =>
  policy(
    allow(
      'Models',
      ['bedrock:CountTokens', 'bedrock:InvokeModel*'],
      ['arn:aws:bedrock:*::foundation-model/*', `arn:aws:bedrock:*:${account}:inference-profile/*`],
    ),
    allow('Guardrail', ['bedrock:ApplyGuardrail'], `arn:aws:bedrock:*:${account}:guardrail/*`),
    allow(
      'OwnRecords',
      ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      `arn:aws:logs:*:${account}:log-group:${accountLogGroupPrefix(tenantId)}*`,
    ),
    nothingOfNeighbours(tenantId, { Action: '*' }),
  )

/** Denies the actions on every resource with another tenant's tag. */
export const nothingOfNeighbours = (
  tenantId: string,
  what: Pick<PolicyStatement, 'Action'> | Pick<PolicyStatement, 'NotAction'>,
): PolicyStatement => ({
  Sid: 'NothingOfNeighbours',
  Effect: 'Deny',
  ...what,
  Resource: '*',
  Condition: {
    StringNotEquals: { 'aws:ResourceTag/tenant': tenantId },
    Null: { 'aws:ResourceTag/tenant': 'false' },
  },
})
