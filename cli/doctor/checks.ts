/** All checks before a deployment, in the order of the table. */
import type { Check } from './check.ts'
import { certificate } from './checks/certificate.ts'
import { concurrency } from './checks/concurrency.ts'
import { credentials } from './checks/credentials.ts'
import { domain } from './checks/domain.ts'
import { enforcedGuardrail } from './checks/enforced-guardrail.ts'
import { files } from './checks/files.ts'
import { hubNames } from './checks/hub-names.ts'
import { hubZones } from './checks/hub-zones.ts'
import { identity } from './checks/identity-provider.ts'
import { invocationLogging } from './checks/invocation-logging.ts'
import { modelAccess } from './checks/model-access.ts'
import { modelRegions } from './checks/model-regions.ts'
import { models } from './checks/models.ts'
import { onboarding } from './checks/onboarding.ts'
import { organisation } from './checks/organisation.ts'
import { quotas } from './checks/quotas.ts'
import { reader } from './checks/read-only-role.ts'
import { serviceControl } from './checks/service-control.ts'
import { serviceLinkedRoles } from './checks/service-linked-roles.ts'
import { sharing } from './checks/sharing.ts'
import { tenantNames } from './checks/tenant-names.ts'
import { tenantZones } from './checks/tenant-zones.ts'
import { tools } from './checks/tools.ts'

export const CHECKS: readonly Check[] = [
  tools,
  files,
  credentials,
  onboarding,
  reader,
  organisation,
  sharing,
  serviceControl,
  serviceLinkedRoles,
  hubZones,
  tenantZones,
  quotas,
  concurrency,
  models,
  modelAccess,
  modelRegions,
  invocationLogging,
  enforcedGuardrail,
  domain,
  certificate,
  identity,
  hubNames,
  tenantNames,
]
