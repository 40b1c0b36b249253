/** The tenant's way to its models: the private endpoint, and the role that may call through it. */
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
} from '../../shared/policies/tenant-role.ts'
import type { TagMap } from '../tags.ts'
import type { GuardrailThere } from './guardrail.ts'

export interface ModelAccessArgs extends Omit<TenantModels, 'guardrail'> {
  /** Known once it is made. */
  readonly guardrail?: GuardrailThere
  readonly tenantId: string
  readonly hubAccount: string
  readonly hubVpcId: string
  /** Whether the tenant's gateway may run on Fargate. */
  readonly hubHasFargate: boolean
  /** Who may connect to the endpoint: the hub's private subnets. */
  readonly clientCidrBlocks: readonly string[]
  readonly vpcId: pulumi.Input<string>
  readonly subnetIds: pulumi.Input<string>[]
  readonly tags: TagMap & { readonly Name: string }
}

export interface ModelAccess {
  readonly role: aws.iam.Role
  /** Regional host name of the endpoint, known when the hub is admitted to it and the role may call through it. */
  readonly endpointHost: pulumi.Output<string>
}

export function modelAccess(name: string, args: ModelAccessArgs, opts: pulumi.CustomResourceOptions): ModelAccess {
  const { tenantId, account, tags, guardrail: made, ...others } = args
  const models = { ...others, tenantId, account }
  const guardrail = made && pulumi.all([made.arn, made.version]).apply(([arn, version]) => ({ arn, version }))
  const endpointPolicy = (given: Pick<TenantModels, 'guardrail'>) =>
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
      // The hub's function calls the endpoint by its own name; nothing in this VPC calls Bedrock.
      privateDnsEnabled: false,
      policy: guardrail ? guardrail.apply((given) => endpointPolicy({ guardrail: given })) : endpointPolicy({}),
      tags,
    },
    opts,
  )
  const role = new aws.iam.Role(
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
          gatewayRoleArns: [executionRoleName, ...(args.hubHasFargate ? [taskRoleName] : [])].map((name) =>
            roleArn(args.hubAccount, name(tenantId)),
          ),
          externalId: externalId(args.hubAccount, tenantId),
        }),
        'Shorten the tenant id.',
      ),
      // One hour is the most that role chaining gives.
      maxSessionDuration: 3600,
      tags,
    },
    opts,
  )
  const rolePolicy = new aws.iam.RolePolicy(
    name,
    {
      // One policy per endpoint, and per version of a guardrail: while a tenant moves, or gets another guardrail, its role may call as
      // before and as after.
      name: guardrail
        ? pulumi.all([endpoint.id, guardrail]).apply(([endpointId, given]) => `models-${endpointId}-${idOf(given)}`)
        : endpoint.id.apply((endpointId) => `models-${endpointId}`),
      role: role.name,
      policy: guardrail
        ? pulumi
            .all([endpoint.id, guardrail])
            .apply(([endpointId, given]) => tenantRolePolicyText({ ...models, endpointId, guardrail: given }))
        : endpoint.id.apply((endpointId) => tenantRolePolicyText({ ...models, endpointId })),
    },
    opts,
  )
  const ready = pulumi.all([rolePolicy, ...rules].map(({ id }) => id))
  const endpointHost = pulumi.all([endpoint.dnsEntries, ready]).apply(([entries]) =>
    regionalHost(
      entries.map(({ dnsName }) => dnsName),
      args.region,
    ),
  )
  return { role, endpointHost }
}

/** `ID-VERSION`, as a part of a name. */
const idOf = ({ arn, version }: NonNullable<TenantModels['guardrail']>) => `${arn.split('/').at(-1)}-${version}`

/** Admits the hub's private subnets on 443 and lets nothing out: answers to what was admitted need no rule. */
function endpointSecurityGroup(
  name: string,
  args: ModelAccessArgs,
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
