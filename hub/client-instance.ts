/**
 * A small instance in a public subnet for sending test requests, like a client elsewhere: out to the internet, and back to the load balancer's
 * public address. It cannot reach the tenants' networks.
 */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { PREFIX } from '../shared/naming.ts'
import { policy } from '../shared/policies/document.ts'
import type { HubSettings } from '../shared/settings.ts'
import type { Network } from './network.ts'
import { type HubTags, named } from './tags.ts'

export interface ClientArgs {
  readonly settings: Pick<HubSettings, 'listener'>
  readonly network: Network
  /** The index of a zone of the network that has {@link CLIENT_INSTANCE_TYPE}. */
  readonly zone: number
  readonly tags: HubTags
}

const IMAGE = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64'

export const CLIENT_INSTANCE_TYPE = 't4g.nano'

export class Client extends pulumi.ComponentResource {
  /** Known before the instance is made, because the load balancer admits this address. */
  readonly publicAddress: pulumi.Output<string>
  /** The address that an internal load balancer sees. */
  readonly privateAddress: pulumi.Output<string>

  constructor(name: string, args: ClientArgs, opts?: pulumi.ComponentResourceOptions) {
    super('genai:hub:Client', name, {}, opts)
    const child = { parent: this }
    const { network, tags } = args
    const group = securityGroup(name, args, child)
    const address = new aws.ec2.Eip(
      name,
      { domain: 'vpc', tags: named(tags, 'client') },
      // A public address needs the internet gateway as long as it is associated.
      { ...child, dependsOn: [network.vpc] },
    )
    const instance = new aws.ec2.Instance(
      name,
      {
        ami: aws.ssm.getParameterOutput({ name: IMAGE }, child).value,
        instanceType: CLIENT_INSTANCE_TYPE,
        subnetId: network.publicSubnetIds[args.zone],
        vpcSecurityGroupIds: [group.id],
        iamInstanceProfile: sessionProfile(name, tags, child).name,
        // Instance credentials are given only to programs that can send a PUT request from the instance itself (IMDSv2).
        metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
        rootBlockDevice: { encrypted: true, volumeType: 'gp3', tags: named(tags, 'client') },
        tags: named(tags, 'client'),
      },
      // A newer image must not replace the instance.
      { ...child, ignoreChanges: ['ami'] },
    )
    new aws.ec2.EipAssociation(name, { allocationId: address.allocationId, instanceId: instance.id }, child)
    this.publicAddress = address.publicIp
    this.privateAddress = instance.privateIp
    this.registerOutputs({ publicAddress: this.publicAddress })
  }
}

/** No inbound rule: people log in through Session Manager, which the instance calls itself. */
function securityGroup(
  name: string,
  { settings, network, tags }: ClientArgs,
  opts: pulumi.CustomResourceOptions,
): aws.ec2.SecurityGroup {
  const group = new aws.ec2.SecurityGroup(
    name,
    {
      name: `${PREFIX}-hub-client`,
      description: 'Client instance: out to the gateway, nothing in',
      vpcId: network.vpcId,
      tags: named(tags, 'client'),
    },
    opts,
  )
  const ports = settings.listener.kind === 'insecureHttp' ? [443, 80] : [443]
  for (const port of ports) {
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-${port}`,
      {
        securityGroupId: group.id,
        description: 'Gateway, user pool and Session Manager, at their public addresses',
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        cidrIpv4: '0.0.0.0/0',
        tags: named(tags, 'client'),
      },
      opts,
    )
  }
  return group
}

function sessionProfile(name: string, tags: HubTags, opts: pulumi.CustomResourceOptions): aws.iam.InstanceProfile {
  const role = new aws.iam.Role(
    name,
    {
      name: `${PREFIX}-hub-client`,
      assumeRolePolicy: JSON.stringify(
        policy({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }),
      ),
      tags,
    },
    opts,
  )
  const attached = new aws.iam.RolePolicyAttachment(
    name,
    { role: role.name, policyArn: 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore' },
    opts,
  )
  return new aws.iam.InstanceProfile(
    name,
    { name: `${PREFIX}-hub-client`, role: role.name, tags },
    { ...opts, dependsOn: [attached] },
  )
}
