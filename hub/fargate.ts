/** What tenants on Fargate need: a cluster, a repository for the gateway's images, and a security group for the tasks. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { clusterName, PREFIX, repositoryName } from '../shared/naming.ts'
import { GATEWAY_PORT } from '../shared/tenant.ts'
import { type HubTags, named } from './tags.ts'

export interface FargateArgs {
  readonly deletionProtection: boolean
  readonly vpcId: pulumi.Input<string>
  /** The security group of the load balancer, which alone may connect to tasks. */
  readonly loadBalancerSecurityGroupId: pulumi.Input<string>
  /** The prefix list of S3, which stores the layers of images, behind a gateway endpoint. */
  readonly s3PrefixListId: pulumi.Input<string>
  readonly tags: HubTags
}

export class Fargate extends pulumi.ComponentResource {
  readonly clusterArn: pulumi.Output<string>
  readonly clusterName: pulumi.Output<string>
  readonly repositoryUrl: pulumi.Output<string>
  readonly taskSecurityGroupId: pulumi.Output<string>

  constructor(name: string, args: FargateArgs, opts?: pulumi.ComponentResourceOptions) {
    super('genai:hub:Fargate', name, {}, opts)
    const child = { parent: this }
    const cluster = new aws.ecs.Cluster(
      name,
      {
        name: clusterName,
        // Container Insights is off: its metrics cost money for each tenant, and no alarm needs them.
        settings: [{ name: 'containerInsights', value: 'disabled' }],
        tags: args.tags,
      },
      child,
    )
    this.clusterArn = cluster.arn
    this.clusterName = cluster.name
    this.repositoryUrl = images(name, args, child).repositoryUrl
    this.taskSecurityGroupId = securityGroup(name, args, child).id
    this.registerOutputs({ clusterArn: this.clusterArn, taskSecurityGroupId: this.taskSecurityGroupId })
  }
}

/**
 * Every task has this group and the group of its own tenant. The hub makes it, so that a tenant's deployer needs no permission for inbound
 * rules. It admits the load balancer, and lets out to the layers of images. There is no rule from task to task.
 */
function securityGroup(name: string, args: FargateArgs, opts: pulumi.CustomResourceOptions): aws.ec2.SecurityGroup {
  const tags = named(args.tags, 'tasks')
  const group = new aws.ec2.SecurityGroup(
    name,
    {
      name: `${PREFIX}-hub-tasks`,
      description: 'Tasks: in from the load balancer, out to the layers of images',
      vpcId: args.vpcId,
      tags,
    },
    opts,
  )
  const toTasks = { ipProtocol: 'tcp', fromPort: GATEWAY_PORT, toPort: GATEWAY_PORT, tags }
  new aws.vpc.SecurityGroupIngressRule(
    `${name}-load-balancer`,
    {
      ...toTasks,
      securityGroupId: group.id,
      description: 'Load balancer',
      referencedSecurityGroupId: args.loadBalancerSecurityGroupId,
    },
    opts,
  )
  new aws.vpc.SecurityGroupEgressRule(
    `${name}-load-balancer`,
    {
      ...toTasks,
      securityGroupId: args.loadBalancerSecurityGroupId,
      description: 'Tasks of tenants on Fargate',
      referencedSecurityGroupId: group.id,
    },
    opts,
  )
  new aws.vpc.SecurityGroupEgressRule(
    `${name}-layers`,
    {
      securityGroupId: group.id,
      description: 'Layers of images, in S3',
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      prefixListId: args.s3PrefixListId,
      tags,
    },
    opts,
  )
  return group
}

/** The repository of the gateway's images. */
function images(
  name: string,
  { deletionProtection, tags }: Pick<FargateArgs, 'deletionProtection' | 'tags'>,
  opts: pulumi.CustomResourceOptions,
): aws.ecr.Repository {
  const repository = new aws.ecr.Repository(
    name,
    {
      name: repositoryName,
      // A tag is the hash of what is in the image (shared/gateway-image.ts), so it must never name another image.
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
      // Otherwise AWS refuses to delete the repository while an image is in it.
      forceDelete: !deletionProtection,
      tags,
    },
    opts,
  )
  new aws.ecr.LifecyclePolicy(name, { repository: repository.name, policy: JSON.stringify(expireUntagged) }, opts)
  return repository
}

/** A service may run, or roll back to, any image with a tag. So only images without a tag expire. */
const expireUntagged = {
  rules: [
    {
      rulePriority: 1,
      description: 'Images without a tag',
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 1 },
      action: { type: 'expire' },
    },
  ],
}
