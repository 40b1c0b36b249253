/** The boundaries of the tenants' roles, which also keep the hub from being destroyed while it has tenants. */
import * as aws from '@pulumi/aws'
import type * as awsx from '@pulumi/awsx'
import * as pulumi from '@pulumi/pulumi'
import { permissionsBoundaryName, taskBoundaryName } from '../shared/naming.ts'
import { policyText } from '../shared/policies/document.ts'
import { permissionsBoundary } from '../shared/policies/execution-role.ts'
import { taskBoundary } from '../shared/policies/task-roles.ts'
import type { HubTags } from './tags.ts'

/**
 * The resource that a refused destroy names. IAM's own message ("Cannot delete a policy attached to entities") does not say what to do, so this
 * name does.
 */
const NAME = 'destroy-tenants-first'

export interface BoundaryArgs {
  readonly account: string
  readonly region: string
  readonly tableArn: pulumi.Input<string>
  /** Set with `keySetVia: table`. */
  readonly keySetsTableArn: pulumi.Input<string | undefined>
  readonly usageTableArn: pulumi.Input<string>
  readonly vpcId: pulumi.Input<string>
  /** All other resources of the hub. */
  readonly after: readonly pulumi.Resource[]
  /** The awsx component, whose outputs are the resources that it made. */
  readonly network: awsx.ec2.Vpc
  readonly tags: HubTags
}

/**
 * The boundary is made after everything else in the hub, so it is deleted first and alone. IAM refuses to delete a boundary that a role has, and
 * every tenant has such a role. So a destroy of a hub with tenants ends there with nothing deleted, whoever runs it and with whatever flags.
 */
export function boundary(args: BoundaryArgs, opts: pulumi.CustomResourceOptions): aws.iam.Policy {
  const { account, region, tags } = args
  return new aws.iam.Policy(
    NAME,
    {
      name: permissionsBoundaryName,
      description: "Bounds the execution role of every tenant's function",
      policy: pulumi
        .all([args.tableArn, args.keySetsTableArn, args.usageTableArn, args.vpcId])
        .apply(([tableArn, keySetsTableArn, usageTableArn, vpcId]) =>
          policyText(
            'managed',
            "the tenants' permissions boundary",
            permissionsBoundary({ account, region, tableArn, keySetsTableArn, usageTableArn, vpcId }),
            'Share with an organisation instead of a list of accounts.',
          ),
        ),
      tags,
    },
    { ...opts, dependsOn: everything(args) },
  )
}

/**
 * The boundary of tasks' roles, made after the other one and so deleted before it. With tenants on Fargate a destroy ends here with nothing
 * deleted. If all tenants are on Lambda, this boundary is deleted, no role needs it, and the destroy ends at the other one.
 */
export function tasksBoundary(
  args: Omit<BoundaryArgs, 'after' | 'network'> & { readonly repositoryArn: string; readonly after: aws.iam.Policy },
  opts: pulumi.CustomResourceOptions,
): aws.iam.Policy {
  const { account, region, repositoryArn, tags } = args
  return new aws.iam.Policy(
    `${NAME}-tasks`,
    {
      name: taskBoundaryName,
      description: "Bounds the roles of every tenant's tasks",
      policy: pulumi
        .all([args.tableArn, args.keySetsTableArn, args.usageTableArn, args.vpcId])
        .apply(([tableArn, keySetsTableArn, usageTableArn, vpcId]) =>
          policyText(
            'managed',
            "the tasks' permissions boundary",
            taskBoundary({ account, region, tableArn, keySetsTableArn, usageTableArn, vpcId, repositoryArn }),
            'Share with an organisation instead of a list of accounts.',
          ),
        ),
      tags,
    },
    { ...opts, dependsOn: [args.after] },
  )
}

/**
 * A remote component's children are known here only as outputs. It is not enough to depend on the component: with `--continue-on-error` a
 * destroy keeps only the direct dependencies of the resource that failed, and deletes the component's children.
 */
function everything({ after, network }: Pick<BoundaryArgs, 'after' | 'network'>): pulumi.Output<pulumi.Resource[]> {
  const { vpc, internetGateway, subnets, routeTables, routeTableAssociations, routes, natGateways, eips } = network
  const outputs = [vpc, internetGateway, subnets, routeTables, routeTableAssociations, routes, natGateways, eips]
  return pulumi.all(outputs.map(madeIn)).apply((made) => [...after, ...made.flat()])
}

/** One resource or a list. Values that are not known yet are left out. */
const madeIn = (output: pulumi.Output<unknown>) =>
  output.apply((value): pulumi.Resource[] => [value].flat().filter((one) => pulumi.Resource.isInstance(one)))
