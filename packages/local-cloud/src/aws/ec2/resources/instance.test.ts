import { beforeEach, describe, expect, it } from 'vitest'
import type { Declared } from '../../../ledger/ledger.ts'
import { Declarer, HUB } from '../../../testing/declarer.ts'
import { organization } from '../../../testing/organization.ts'
import { invokeOf } from '../../registry.ts'

const VPC = 'aws:ec2/vpc:Vpc'

const SUBNET = 'aws:ec2/subnet:Subnet'

const GATEWAY = 'aws:ec2/internetGateway:InternetGateway'

const INSTANCE = 'aws:ec2/instance:Instance'

const EIP = 'aws:ec2/eip:Eip'

const EIP_ASSOCIATION = 'aws:ec2/eipAssociation:EipAssociation'

let cloud: Declarer

let vpc: Declared

beforeEach(async () => {
  cloud = new Declarer()
  vpc = await cloud.make(VPC, 'net', { cidrBlock: '10.0.0.0/16' })
})

const subnet = (name: string, cidrBlock: string, availabilityZone = 'us-east-1a') =>
  cloud.make(SUBNET, name, { vpcId: vpc.id, cidrBlock, availabilityZone })

describe('Instance', () => {
  const ami = () =>
    invokeOf('aws:ssm/getParameter:getParameter').answer({
      inputs: { name: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64' },
      account: HUB,
      region: 'us-east-1',
      ledger: cloud.ledger,
      organization,
      callerArn: '',
    }).value as string

  it('has addresses, and is reached by an Elastic IP where there is a way in', async () => {
    const one = await subnet('one', '10.0.0.0/24')
    const given = { ami: ami(), instanceType: 't4g.nano', subnetId: one.id }
    const instance = await cloud.make(INSTANCE, 'client', given)
    expect(instance.outputs).toMatchObject({ publicIp: '', privateIp: expect.stringMatching(/^10\.0\.0\.\d+$/) })
    const eip = await cloud.make(EIP, 'eip', { domain: 'vpc' })
    const association = { allocationId: eip.id, instanceId: instance.id }
    expect(await cloud.refusal(EIP_ASSOCIATION, 'a', association)).toContain('Gateway.NotAttached')
    await cloud.make(GATEWAY, 'gateway', { vpcId: vpc.id })
    const made = await cloud.make(EIP_ASSOCIATION, 'a', association)
    expect(made.outputs.publicIp).toBe(eip.outputs.publicIp)
    expect(cloud.holders(eip)).toEqual([EIP_ASSOCIATION])
  })

  it('refuses an image, a profile or an architecture that does not fit', async () => {
    const one = await subnet('one', '10.0.0.0/24')
    const given = { ami: ami(), instanceType: 't4g.nano', subnetId: one.id }
    const refusal = (changed: Record<string, string>) => cloud.refusal(INSTANCE, 'i', { ...given, ...changed })
    expect(await refusal({ ami: 'ami-0' })).toContain('InvalidAMIID.NotFound')
    expect(await refusal({ instanceType: 't3.nano' })).toContain("does not match the architecture 'arm64'")
    expect(await refusal({ iamInstanceProfile: 'none' })).toContain('Invalid IAM Instance Profile name')
  })
})
