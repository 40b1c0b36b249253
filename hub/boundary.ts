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
 * What a refused destroy names as the resource that failed: IAM's own message ("Cannot delete a policy attached to entities")
 * does not say what to do.
 */
const NAME = 'destroy-tenants-first'

export interface BoundaryArgs {
  readonly account: string
  readonly region: string
  readonly tableArn: pulumi.Input<string>
  /** With `keySetVia: table`. */
  readonly keySetsTableArn: pulumi.Input<string | undefined>
  readonly usageTableArn: pulumi.Input<string>
  readonly vpcId: pulumi.Input<string>
  /** Everything else of the hub. */
  readonly after: readonly pulumi.Resource[]
  /** What awsx has made, by its outputs. */
  readonly network: awsx.ec2.Vpc
  readonly tags: HubTags
}

/**
 * The last of the hub to be made, so the first to be deleted, and alone: IAM refuses to delete a boundary that a role still
 * has, and every tenant has one. A destroy of a hub with tenants ends there, whoever started it and whatever it skipped, with
 * everything still in place.
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
 * The same of tasks' roles, made after the other one and so deleted before it: with tenants on Fargate a destroy ends here, with
 * everything still in place. Where all of them are on Lambda it goes first and nobody misses it, and the other one refuses.
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
 * A remote component's children have no name here, only outputs. To depend on the component is not enough: a destroy that goes
 * on after an error keeps what the failed resource depends on itself, and takes the component's children.
 */
function everything({ after, network }: Pick<BoundaryArgs, 'after' | 'network'>): pulumi.Output<pulumi.Resource[]> {
  const { vpc, internetGateway, subnets, routeTables, routeTableAssociations, routes, natGateways, eips } = network
  const outputs = [vpc, internetGateway, subnets, routeTables, routeTableAssociations, routes, natGateways, eips]
  return pulumi.all(outputs.map(madeIn)).apply((made) => [...after, ...made.flat()])
}

/** One, or a list; what is not made yet is no resource. */
const madeIn = (output: pulumi.Output<unknown>) =>
  output.apply((value): pulumi.Resource[] => [value].flat().filter((one) => pulumi.Resource.isInstance(one)))
