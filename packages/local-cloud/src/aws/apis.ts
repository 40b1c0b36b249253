/** Services with read-only operations, one line each. Their contents are the declared resources in the ledger. */
import type { CredentialStore } from '../iam/credential-store.ts'
import { type Api, createApi } from '../wire/protocol/api.ts'
import type { Service, Surroundings } from '../wire/service.ts'
import { ACM } from './acm/api.ts'
import { BEDROCK_CONTROL } from './bedrock/control/api.ts'
import { cloudTrail } from './cloudtrail/api.ts'
import { createTrail, type Trail } from './cloudtrail/trail.ts'
import { cloudWatch } from './cloudwatch/api.ts'
import { Metrics } from './cloudwatch/metrics.ts'
import { EC2 } from './ec2/api.ts'
import { IAM } from './iam/api.ts'
import { LAMBDA_CONTROL } from './lambda/api.ts'
import { ELASTIC_LOAD_BALANCING } from './load-balancer/api.ts'
import { ORGANIZATIONS } from './organizations/api.ts'
import { RAM } from './ram/api.ts'
import { ROUTE53 } from './route53/api.ts'
import { SECRETS_MANAGER } from './secrets-manager/api.ts'
import { SERVICE_QUOTAS } from './service-quotas/api.ts'
import { TAGGING } from './tagging/api.ts'

/** Each service has an output type of its own. */
const apis = (trail: Trail, metrics: Metrics): readonly Api<never>[] =>
  [
    ACM,
    BEDROCK_CONTROL,
    cloudTrail(trail),
    cloudWatch(metrics),
    EC2,
    ELASTIC_LOAD_BALANCING,
    IAM,
    LAMBDA_CONTROL,
    ORGANIZATIONS,
    RAM,
    ROUTE53,
    SECRETS_MANAGER,
    SERVICE_QUOTAS,
    TAGGING,
  ] as unknown as readonly Api<never>[]

/**
 * @param trail CloudTrail's records
 * @param metrics CloudWatch's data points
 */
export const createApis = (
  surroundings: Surroundings,
  credentials: CredentialStore,
  trail: Trail = createTrail(),
  metrics = new Metrics(),
): readonly Service[] => apis(trail, metrics).map((api) => createApi(api, surroundings, credentials))

/** Operations by service, for the README. */
export const OPERATIONS_OF_APIS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  apis(createTrail(), new Metrics()).map(({ name, signingName = name, operations }) => [
    signingName,
    Object.keys(operations),
  ]),
)
