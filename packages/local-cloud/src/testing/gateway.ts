import type { Declared, Properties } from '../ledger/ledger.ts'
import { Declarer } from './declarer.ts'

const LOAD_BALANCER = 'aws:lb/loadBalancer:LoadBalancer'

const LISTENER = 'aws:lb/listener:Listener'

export const json = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement })

export const code = { archive: 'entries', entries: {}, sha256: '00' }

export const notFound = { type: 'fixed-response', fixedResponse: { statusCode: '404', contentType: 'text/plain' } }

/** A VPC with two public subnets, a security group and an execution role. */
export class GatewayDeclarer extends Declarer {
  subnetIds: string[] = []
  group!: Declared
  role!: Declared

  async prepare(): Promise<this> {
    const vpc = await this.make('aws:ec2/vpc:Vpc', 'vpc', { cidrBlock: '10.0.0.0/16' })
    await this.make('aws:ec2/internetGateway:InternetGateway', 'out', { vpcId: vpc.id })
    for (const [index, availabilityZone] of ['us-east-1a', 'us-east-1b'].entries()) {
      const inputs = { vpcId: vpc.id, cidrBlock: `10.0.${index}.0/24`, availabilityZone }
      this.subnetIds.push((await this.make('aws:ec2/subnet:Subnet', availabilityZone, inputs)).id)
    }
    this.group = await this.make('aws:ec2/securityGroup:SecurityGroup', 'group', { vpcId: vpc.id })
    const assumeRolePolicy = json({
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    })
    this.role = await this.make('aws:iam/role:Role', 'role', { name: 'gateway', assumeRolePolicy })
    return this
  }

  get function(): Properties {
    const role = String(this.role.outputs.arn)
    return { name: 'gateway', role, code, handler: 'index.handler', runtime: 'nodejs24.x' }
  }

  get vpcConfig(): Properties {
    return { subnetIds: this.subnetIds, securityGroupIds: [this.group.id] }
  }

  loadBalancer(name = 'front'): Promise<Declared> {
    return this.make(LOAD_BALANCER, name, { name, subnets: this.subnetIds, securityGroups: [this.group.id] })
  }

  async listener(): Promise<Declared> {
    const loadBalancer = await this.loadBalancer()
    return this.make(LISTENER, 'http', { loadBalancerArn: loadBalancer.id, port: 80, defaultActions: [notFound] })
  }
}
