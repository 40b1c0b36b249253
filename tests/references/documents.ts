/** Every policy document that the programs can generate: as declared in the recorded lives, and in the variants of settings. */
import { centralEndpointPolicy } from '../../shared/policies/central-endpoint.ts'
import { platformDeployerPolicies } from '../../shared/policies/deployer-platform.ts'
import { siteDeployerPolicy } from '../../shared/policies/deployer-site.ts'
import { pooledDeployerPolicy, tenantDeployerPolicy } from '../../shared/policies/deployer-tenant.ts'
import { DOCTOR_ROLE, doctorPolicy, doctorTrust } from '../../shared/policies/doctor.ts'
import type { PolicyDocument } from '../../shared/policies/document.ts'
import { enforcementPolicy, GUARDRAIL_ROLE } from '../../shared/policies/guardrail-enforcement.ts'
import { machineSecretsPolicy, SECRETS_ROLE } from '../../shared/policies/machine-secrets.ts'
import { reconcilePolicy, USAGE_ROLE } from '../../shared/policies/reconcile.ts'
import { guardRails } from '../../shared/policies/service-control.ts'
import { tenantRolePolicy } from '../../shared/policies/tenant-role.ts'
import type { LifeCycle } from '../policies/life-cycle.ts'
import { deployVariant } from '../upgrade/deployed.ts'
import { VARIANTS } from '../upgrade/variants.ts'

export interface Checked {
  /** `platform-deployer: network`, without ids: the same for every run. */
  readonly name: string
  /** Whose permissions the documents of one name are together. @default the document's own */
  readonly holder?: string
  readonly kind: 'identity' | 'trust' | 'endpoint' | 'resource' | 'serviceControl'
  readonly document: PolicyDocument
}

/** One of every form of model id. */
const MODELS = [
  'amazon.titan-text-lite-v1',
  'us.amazon.nova-2-lite-v1:0',
  'eu.amazon.nova-2-lite-v1:0',
  'global.anthropic.claude-haiku-4-5-20251001-v1:0',
]

/** Regions of the two geographies that {@link MODELS} are of. */
const PLACES = ['us-east-1', 'eu-central-1']

const HUB = '111111111111'
const TENANT = '222222222222'

/** As declared in recorded lives and by every variant of the settings, and as printed. */
export async function documentsOf(lives: readonly LifeCycle[]): Promise<readonly Checked[]> {
  const variants: Declared[] = []
  for (const [name, variant] of Object.entries(VARIANTS))
    variants.push(...(await deployVariant(name, variant)).resources)
  const declared = [...lives.flatMap((life) => life.declared), ...variants]
  const all = [...declared.flatMap(declaredDocuments), ...PLACES.flatMap(written)]
  // The worlds declare most documents alike.
  const distinct = new Map(all.map((one) => [`${one.name} ${withoutIds(JSON.stringify(one.document))}`, one]))
  return [...distinct.values()]
}

const withoutIds = (text: string) => text.replaceAll(/[0-9a-f]{8,}/g, '')

type Declared = LifeCycle['declared'][number]

function declaredDocuments({ type, urn, inputs, outputs }: Declared): readonly Checked[] {
  const short = type.split(':').at(-1)
  const named = String(outputs.name ?? urn.split('::').at(-1))
  const of = (kind: Checked['kind'], text: unknown, holder?: string): readonly Checked[] =>
    typeof text === 'string'
      ? [{ name: `${short} ${named}`, kind, document: JSON.parse(text), ...(holder !== undefined && { holder }) }]
      : []
  switch (short) {
    case 'Role':
      return of('trust', inputs.assumeRolePolicy)
    case 'RolePolicy':
      return of('identity', inputs.policy)
    case 'Policy':
      return of('identity', inputs.policy, /^genai-onboarding-/.test(named) ? 'onboarding' : undefined)
    case 'VpcEndpoint':
      return of('endpoint', inputs.policy)
    case 'BucketPolicy':
    case 'ResourcePolicy':
    case 'SinkPolicy':
      return of('resource', inputs.policy)
    // No policy of IAM's.
    case 'LifecyclePolicy':
      return []
    default:
      if (Object.keys(inputs).some((name) => /policy$/i.test(name) && /"Statement"/.test(String(inputs[name]))))
        throw new Error(`${type} has a policy document that is not checked.`)
      return []
  }
}

const MACHINES = [{ roleArn: `arn:aws:iam::${TENANT}:role/application`, audience: 'genai/tenant1' }]

/** What is printed for a platform team to attach, and what varies with the models. */
function written(region: string): readonly Checked[] {
  const models = MODELS.filter((id) => !/^(us|eu)\./.test(id) || region.startsWith(id.slice(0, 2)))
  const platform = Object.entries(platformDeployerPolicies({ account: HUB, region }))
  return [
    ...platform.map(([part, document]) => ({
      name: `platform-deployer: ${part}`,
      holder: 'platform-deployer',
      kind: 'identity' as const,
      document,
    })),
    { name: 'genai-deployer', kind: 'identity', document: tenantDeployerPolicy({ account: TENANT, region }) },
    {
      name: 'genai-deployer-tenant1',
      kind: 'identity',
      document: pooledDeployerPolicy({ account: TENANT, region, tenantId: 'tenant1', invocationLog: true }),
    },
    { name: 'genai-site-deployer', kind: 'identity', document: siteDeployerPolicy({ account: HUB, region }) },
    { name: DOCTOR_ROLE, kind: 'identity', document: doctorPolicy() },
    { name: USAGE_ROLE, kind: 'identity', document: reconcilePolicy({ records: true, bill: true }) },
    { name: GUARDRAIL_ROLE, kind: 'identity', document: enforcementPolicy() },
    { name: SECRETS_ROLE, kind: 'identity', document: machineSecretsPolicy() },
    { name: DOCTOR_ROLE, kind: 'trust', document: doctorTrust(`arn:aws:iam::${HUB}:role/platform-deployer`) },
    {
      name: 'guard rails',
      kind: 'serviceControl',
      document: guardRails({ region, modelIds: models, machines: MACHINES }),
    },
    {
      name: 'shared model endpoint',
      kind: 'endpoint',
      document: centralEndpointPolicy({
        region,
        modelIds: models,
        sharing: { kind: 'organisation', arn: `arn:aws:organizations::${HUB}:organization/o-exampleorg01` },
      }),
    },
    {
      name: 'role of models at the shared endpoint',
      kind: 'identity',
      document: tenantRolePolicy({ account: TENANT, region, modelIds: models, hubVpcId: 'vpc-0123456789abcdef0' }),
    },
    {
      name: 'role of models',
      kind: 'identity',
      document: tenantRolePolicy({ account: TENANT, region, modelIds: models, endpointId: 'vpce-0123456789abcdef0' }),
    },
    {
      name: 'role of models, endpoint in the home region',
      kind: 'identity',
      document: tenantRolePolicy({
        account: TENANT,
        region,
        modelIds: models,
        endpointId: 'vpce-0123456789abcdef0',
        modelPerimeter: 'homeRegion',
      }),
    },
    {
      name: 'guard rails, endpoint in the home region',
      kind: 'serviceControl',
      document: guardRails({ region, modelIds: models, modelPerimeter: 'homeRegion' }),
    },
  ]
}
