/** The deployers' policies in the form of docs/deployers.md; a test compares the page with it. */

import { tenantBoundaryName } from '../naming.ts'
import { platformDeployerPolicies } from './deployer-platform.ts'
import { siteDeployerPolicy } from './deployer-site.ts'
import { pooledDeployerPolicy, tenantDeployerPolicy } from './deployer-tenant.ts'
import { DOCTOR_ROLE, doctorPolicy } from './doctor.ts'
import type { PolicyDocument } from './document.ts'
import { enforcementPolicy, GUARDRAIL_ROLE } from './guardrail-enforcement.ts'
import { machineSecretsPolicy, SECRETS_ROLE } from './machine-secrets.ts'
import { reconcilePolicy, USAGE_ROLE } from './reconcile.ts'
import { tenantBoundary } from './tenant-boundary.ts'

/** @param accounts those of the samples, which a reader replaces */
export function deployersMarkdown(accounts: {
  readonly hub: string
  readonly tenant: string
  readonly site: string
  readonly region: string
}): string {
  const { hub, tenant, site, region } = accounts
  const hubs = Object.entries(platformDeployerPolicies({ account: hub, region }))
  return [
    `## In a tenant's account (${tenant}): \`genai-deployer\``,
    printed('genai-deployer', tenantDeployerPolicy({ account: tenant, region })),
    `## In an account that tenants share (${tenant}): \`genai-deployer-TENANT\` and \`${tenantBoundaryName('TENANT')}\`, one of each a tenant`,
    printed(
      'genai-deployer-tenant1',
      pooledDeployerPolicy({ account: tenant, region, tenantId: 'tenant1', invocationLog: true }),
    ),
    printed(tenantBoundaryName('tenant1'), tenantBoundary({ account: tenant, tenantId: 'tenant1' })),
    `## In the hub's account (${hub}): \`platform-deployer\``,
    ...hubs.map(([part, document]) => printed(`platform-deployer-${part}`, document)),
    `## In the client's account (${site}): \`genai-site-deployer\``,
    printed('genai-site-deployer', siteDeployerPolicy({ account: site, region })),
    `## In every account: \`${DOCTOR_ROLE}\``,
    printed(DOCTOR_ROLE, doctorPolicy()),
    `## In a tenant's account: \`${USAGE_ROLE}\``,
    printed(USAGE_ROLE, reconcilePolicy({ records: true, bill: true })),
    `## In a tenant's account: \`${GUARDRAIL_ROLE}\``,
    printed(GUARDRAIL_ROLE, enforcementPolicy()),
    `## In a tenant's account: \`${SECRETS_ROLE}\``,
    printed(SECRETS_ROLE, machineSecretsPolicy()),
  ].join('\n\n')
}

/** Each statement is printed on one line. */
function printed(name: string, { Version, Statement }: PolicyDocument): string {
  const statements = Statement.map((statement) => `    ${JSON.stringify(statement)}`).join(',\n')
  return `### ${name}\n\`\`\`json\n{\n  "Version": "${Version}",\n  "Statement": [\n${statements}\n  ]\n}\n\`\`\``
}
