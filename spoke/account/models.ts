/** The path to the tenant's models: an endpoint of the tenant's own or the hub's, and the role that may call through it. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { regionalHost } from '../../shared/endpoint-host.ts'
import { executionRoleName, externalId, roleArn, taskRoleName, tenantRoleName } from '../../shared/naming.ts'
import { policyText } from '../../shared/policies/document.ts'
import {
  modelEndpointPolicy,
  type TenantModels,
  tenantRolePolicyText,
  tenantRoleTrustPolicy,
  type Way,
} from '../../shared/policies/tenant-role.ts'
import type { HeldOnce } from '../../shared/shared-account.ts'
import { neighbourTags, type TagMap } from '../tags.ts'
import type { GuardrailThere } from './guardrail.ts'

export interface ModelAccessArgs extends Omit<TenantModels, 'guardrail'> {
  /** Known after it was made. */
  readonly guardrail?: GuardrailThere
  readonly tenantId: string
  readonly hubAccount: string
  readonly hubVpcId: string
  /** Whether the tenant's gateway may run on Fargate. */
  readonly hubHasFargate: boolean
  readonly endpoint: OwnEndpoint | SharedEndpoint
  /**
   * Whether other tenants are in the account. Tags of the role tell this to the tenants that are added later, and also which things that an
   * account has only once belong to this tenant.
   */
  readonly sharedAccount: boolean
  readonly holds: readonly HeldOnce[]
  /** ARN of what bounds the role then. */
  readonly permissionsBoundary?: string
  readonly tags: TagMap & { readonly Name: string }
}

/** An endpoint in the tenant's VPC. */
export interface OwnEndpoint {
  readonly kind: 'own'
  /** The blocks that may connect to it: the hub's private subnets. */
  readonly clientCidrBlocks: readonly string[]
  readonly vpcId: pulumi.Input<string>
  readonly subnetIds: pulumi.Input<string>[]
}

/** The endpoint in the hub's VPC. */
export interface SharedEndpoint {
  readonly kind: 'hub'
  readonly host: string
}

export interface ModelAccess {
  readonly role: aws.iam.Role
  /** The regional host name of the endpoint, known after the hub is admitted to it and the role may call through it. */
  readonly endpointHost: pulumi.Output<string>
}

type Guardrail = NonNullable<TenantModels['guardrail']>

export function modelAccess(name: string, args: ModelAccessArgs, opts: pulumi.CustomResourceOptions): ModelAccess {
  const { tenantId, account, guardrail: made, endpoint: wanted, ...others } = args
  const models = { ...others, tenantId, account }
  const guardrail = made && pulumi.all([made.arn, made.version]).apply(([arn, version]) => ({ arn, version }))
  const own = wanted.kind === 'own' ? ownEndpoint(name, { ...args, ...wanted, guardrail }, opts) : undefined
  const role = tenantRole(name, args, opts)
  const way: pulumi.Output<Way> = own
    ? own.endpoint.id.apply((endpointId) => ({ endpointId }))
    : pulumi.output({ hubVpcId: args.hubVpcId })
  const all = pulumi.all([way, guardrail])
  const rolePolicy = new aws.iam.RolePolicy(
    name,
    {
      // One policy for each path and each version of a guardrail: while a tenant moves or changes its guardrail, its role may call in the old
      // and in the new way.
      name: all.apply(([given, guard]) => ['models', idOfWay(given), ...(guard ? [idOf(guard)] : [])].join('-')),
      role: role.name,
      policy: all.apply(([given, guard]) =>
        tenantRolePolicyText({ ...models, ...given, ...(guard && { guardrail: guard }) }),
      ),
    },
    opts,
  )
  const ready = pulumi.all([rolePolicy, ...(own?.rules ?? [])].map(({ id }) => id))
  const endpointHost = own
    ? pulumi.all([own.endpoint.dnsEntries, ready]).apply(([entries]) =>
        regionalHost(
          entries.map(({ dnsName }) => dnsName),
          args.region,
        ),
      )
    : ready.apply(() => (wanted.kind === 'hub' ? wanted.host : ''))
  return { role, endpointHost }
}

const idOfWay = (way: Way) => ('endpointId' in way ? way.endpointId : way.hubVpcId)

/** `ID-VERSION`, for use in a name. */
const idOf = ({ arn, version }: Guardrail) => `${arn.split('/').at(-1)}-${version}`

function ownEndpoint(
  name: string,
  args: Omit<ModelAccessArgs, 'guardrail'> & OwnEndpoint & { readonly guardrail: pulumi.Output<Guardrail> | undefined },
  opts: pulumi.CustomResourceOptions,
) {
  const { guardrail, ...models } = args
  const { tenantId, account } = models
  const policy = (given: Pick<TenantModels, 'guardrail'>) =>
    modelEndpointPolicy({ ...models, ...given, roleArn: roleArn(account, tenantRoleName(tenantId)) })
  const { group, rules } = endpointSecurityGroup(name, args, opts)
  const endpoint = new aws.ec2.VpcEndpoint(
    name,
    {
      vpcId: args.vpcId,
      serviceName: bedrockRuntimeService(args.region),
      vpcEndpointType: 'Interface',
      subnetIds: args.subnetIds,
      securityGroupIds: [group.id],
      // The gateway in the hub calls the endpoint by its own name; nothing in this VPC calls Bedrock.
      privateDnsEnabled: false,
      policy: guardrail ? guardrail.apply((given) => policy({ guardrail: given })) : policy({}),
      tags: args.tags,
    },
    opts,
  )
  return { endpoint, rules }
}

function tenantRole(name: string, args: ModelAccessArgs, opts: pulumi.CustomResourceOptions): aws.iam.Role {
  const { tenantId, tags, sharedAccount, holds, permissionsBoundary } = args
  return new aws.iam.Role(
    name,
    {
      name: tenantRoleName(tenantId),
      description: `Invokes the models of ${tenantId}, for its gateway function in account ${args.hubAccount}`,
      assumeRolePolicy: policyText(
        'trust',
        `the trust policy of ${tenantRoleName(tenantId)}`,
        tenantRoleTrustPolicy({
          hubAccount: args.hubAccount,
          hubVpcId: args.hubVpcId,
          tenantId,
          gatewayRoleArns: [executionRoleName, ...(args.hubHasFargate ? [taskRoleName] : [])].map((nameOf) =>
            roleArn(args.hubAccount, nameOf(tenantId)),
          ),
          externalId: externalId(args.hubAccount, tenantId),
        }),
        'Shorten the tenant id.',
      ),
      // Role chaining gives one hour at most.
      maxSessionDuration: 3600,
      ...(permissionsBoundary && { permissionsBoundary }),
      tags: sharedAccount ? { ...tags, ...neighbourTags(holds) } : tags,
    },
    opts,
  )
}

/** Admits the hub's private subnets on 443 and lets nothing out: answers need no rule. */
function endpointSecurityGroup(
  name: string,
  args: Pick<ModelAccessArgs, 'tenantId' | 'tags'> & OwnEndpoint,
  opts: pulumi.CustomResourceOptions,
): { readonly group: aws.ec2.SecurityGroup; readonly rules: readonly aws.vpc.SecurityGroupIngressRule[] } {
  const group = new aws.ec2.SecurityGroup(
    name,
    { vpcId: args.vpcId, description: `Model endpoint of ${args.tenantId}`, tags: args.tags },
    opts,
  )
  const rules = args.clientCidrBlocks.map(
    (cidrIpv4, index) =>
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-${index}`,
        {
          securityGroupId: group.id,
          description: 'Functions in a private subnet of the hub',
          cidrIpv4,
          ipProtocol: 'tcp',
          fromPort: 443,
          toPort: 443,
          tags: args.tags,
        },
        opts,
      ),
  )
  return { group, rules }
}

export const bedrockRuntimeService = (region: string) => `com.amazonaws.${region}.bedrock-runtime`
