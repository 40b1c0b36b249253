import * as aws from '@pulumi/aws'
import * as awsx from '@pulumi/awsx'
import * as pulumi from '@pulumi/pulumi'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type Change, Ledger } from '../../ledger/ledger.ts'
import { organization } from '../../testing/organization.ts'
import { deploy, destroy, type Stack } from './in-process.ts'
import type { Message } from './messages.ts'

const HUB = '111111111111'
const TENANT = '222222222222'
const DEPLOYER = `arn:aws:iam::${TENANT}:role/genai-deployer`

const stack = (name: string): Stack => ({
  project: 'demo',
  stack: name,
  config: { 'pulumi:disable-default-providers': '["aws"]', 'demo:colour': 'green' },
})

const hubProvider = () => new aws.Provider('hub', { region: 'us-east-1', allowedAccountIds: [HUB] })
const tenantProvider = () =>
  new aws.Provider('tenant', {
    region: 'us-east-1',
    allowedAccountIds: [TENANT],
    assumeRoles: [{ roleArn: DEPLOYER, sessionName: 'pulumi' }],
  })

let ledger: Ledger
beforeEach(() => {
  ledger = new Ledger()
})

const cloud = () => ({ ledger, organization })

/** A VPC with one subnet. */
const network =
  (cidrBlock: string, extra: Partial<aws.ec2.VpcArgs> = {}) =>
  async () => {
    const provider = hubProvider()
    const vpc = new aws.ec2.Vpc('net', { cidrBlock, ...extra }, { provider })
    const subnet = new aws.ec2.Subnet('one', { vpcId: vpc.id, cidrBlock: '10.0.1.0/24' }, { provider, parent: vpc })
    return { vpcId: vpc.id, subnetId: subnet.id, secret: pulumi.secret('hidden') }
  }

describe('deploy', () => {
  it('gives what the program says to whoever deploys, with its severity, and prints none of it', async () => {
    const printed = vi.spyOn(console, 'log')
    const said: Message[] = []
    await deploy(cloud(), { ...stack('hub'), onMessage: (message) => said.push(message) }, async () => {
      await pulumi.log.info('good to know')
      await pulumi.log.warn('look out')
      return network('10.0.0.0/16')()
    })
    expect(said).toEqual([
      { severity: 'info', text: 'good to know' },
      { severity: 'warning', text: 'look out' },
    ])
    expect(printed).not.toHaveBeenCalled()
  })

  it('declares the resources of the program, with their account, parent and dependencies', async () => {
    const outputs = await deploy(cloud(), stack('hub'), network('10.0.0.0/16'))

    expect(outputs.vpcId).toMatch(/^vpc-0[0-9a-f]{16}$/)
    expect(outputs.secret).toBe('hidden')
    const [subnet] = ledger.all('aws:ec2/subnet:Subnet')
    expect(subnet).toMatchObject({
      id: outputs.subnetId,
      urn: 'urn:pulumi:hub::demo::aws:ec2/vpc:Vpc$aws:ec2/subnet:Subnet::one',
      account: HUB,
      region: 'us-east-1',
      options: {
        parent: 'urn:pulumi:hub::demo::aws:ec2/vpc:Vpc::net',
        dependencies: ['urn:pulumi:hub::demo::aws:ec2/vpc:Vpc::net'],
        protect: false,
      },
    })
    expect(subnet?.inputs.vpcId).toBe(outputs.vpcId)
  })

  it('changes nothing on a second run, and gives the same ids in another process', async () => {
    const first = await deploy(cloud(), stack('hub'), network('10.0.0.0/16'))
    const changes: Change[] = []
    ledger.onChange((change) => void changes.push(change))
    expect(await deploy(cloud(), stack('hub'), network('10.0.0.0/16'))).toEqual(first)
    expect(changes).toEqual([])

    ledger = new Ledger()
    expect(await deploy(cloud(), stack('hub'), network('10.0.0.0/16'))).toEqual(first)
  })

  it('updates in place what does not replace, and announces it with what was there before', async () => {
    const { vpcId } = await deploy(cloud(), stack('hub'), network('10.0.0.0/16'))
    const changes: Change[] = []
    ledger.onChange((change) => void changes.push(change))
    await deploy(cloud(), stack('hub'), network('10.0.0.0/16', { enableDnsHostnames: true }))
    expect(changes).toMatchObject([
      {
        kind: 'updated',
        resource: { id: vpcId, outputs: { enableDnsHostnames: true } },
        before: { id: vpcId, outputs: { enableDnsHostnames: false } },
      },
    ])
  })

  it('replaces what cannot be updated: another id, the old one deleted', async () => {
    const { vpcId } = await deploy(cloud(), stack('hub'), network('10.0.0.0/16'))
    const changes: string[] = []
    ledger.onChange(
      ({ kind, resource }) => void changes.push(`${kind} ${resource.type.split(':').pop()} ${resource.id}`),
    )
    const after = await deploy(cloud(), stack('hub'), network('10.0.0.0/17'))
    expect(after.vpcId).not.toBe(vpcId)
    expect(ledger.find('aws:ec2/vpc:Vpc', String(vpcId))).toBeUndefined()
    expect(changes).toContain(`created Vpc ${after.vpcId}`)
    expect(changes).toContain(`deleted Vpc ${vpcId}`)
  })

  it('deletes what the program no longer declares', async () => {
    await deploy(cloud(), stack('hub'), network('10.0.0.0/16'))
    await deploy(cloud(), stack('hub'), async () => ({}))
    expect(ledger.all()).toEqual([])
  })

  it('says which resource was refused, with the code, and changes nothing', async () => {
    await deploy(cloud(), stack('hub'), network('10.0.0.0/16'))
    const before = ledger.all()
    const { version } = ledger
    await expect(deploy(cloud(), stack('hub'), network('10.9.0.0/16'))).rejects.toThrow(
      "creating one (aws:ec2/subnet:Subnet): InvalidSubnet.Range: The CIDR '10.0.1.0/24' is invalid.",
    )
    expect(ledger.all()).toEqual(before)
    expect(ledger.version).toBe(version)
  })

  it('reports what the program throws, in an apply too', async () => {
    await expect(
      deploy(cloud(), stack('hub'), async () => {
        throw new Error('no such setting')
      }),
    ).rejects.toThrow('no such setting')
    await expect(
      deploy(cloud(), stack('hub'), async () => {
        const provider = hubProvider()
        const vpc = new aws.ec2.Vpc('net', { cidrBlock: '10.0.0.0/16' }, { provider })
        const broken = vpc.id.apply((): string => {
          throw new Error('broken apply')
        })
        new aws.ec2.Subnet('one', { vpcId: broken, cidrBlock: '10.0.1.0/24' }, { provider })
        return {}
      }),
    ).rejects.toThrow('broken apply')
    expect(ledger.all()).toEqual([])
  })

  it('refuses unknown types, inputs and data sources by name', async () => {
    const provider = () => ({ provider: hubProvider() })
    const run = (program: () => unknown) =>
      deploy(cloud(), stack('hub'), async () => {
        await program()
        return {}
      })
    await expect(run(() => new aws.sqs.Queue('queue', {}, provider()))).rejects.toThrow('aws:sqs/queue:Queue')
    await expect(
      run(() => new aws.ec2.Vpc('net', { cidrBlock: '10.0.0.0/16', ipv6CidrBlock: '::/56' }, provider())),
    ).rejects.toThrow('the input "ipv6CidrBlock" of aws:ec2/vpc:Vpc')
    await expect(run(() => aws.ec2.getNatGateways({}, provider()))).rejects.toThrow('aws:ec2/getNatGateways')
  })

  it('runs one after the other, each with its own configuration and outputs', async () => {
    const program = async () => ({ stack: pulumi.getStack(), colour: new pulumi.Config().require('colour') })
    const runs = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        deploy(
          cloud(),
          { ...stack(name), config: { ...stack(name).config, 'demo:colour': `colour ${name}` } },
          program,
        ),
      ),
    )
    expect(runs).toEqual(['a', 'b', 'c'].map((name) => ({ stack: name, colour: `colour ${name}` })))
  })

  it('hands one stack what another exported', async () => {
    await deploy(cloud(), stack('hub'), network('10.0.0.0/16'))
    const outputs = await deploy(cloud(), stack('spoke'), async () => {
      const hub = new pulumi.StackReference('organization/demo/hub')
      return { seen: (await hub.getOutputDetails('vpcId')).value }
    })
    expect(outputs.seen).toBe(ledger.all('aws:ec2/vpc:Vpc')[0]?.id)
    await expect(
      deploy(cloud(), stack('spoke'), async () => {
        const hub = new pulumi.StackReference('organization/demo/elsewhere')
        return { seen: await hub.getOutputDetails('vpcId') }
      }),
    ).rejects.toThrow('unknown stack "organization/demo/elsewhere"')
  })
})

describe('providers', () => {
  const vpcWith = (provider: () => aws.Provider) => async () => {
    new aws.ec2.Vpc('net', { cidrBlock: '10.0.0.0/16' }, { provider: provider() })
    return {}
  }

  it('make resources in the account of the role that they assume', async () => {
    await deploy(cloud(), stack('spoke'), vpcWith(tenantProvider))
    expect(ledger.all('aws:ec2/vpc:Vpc')[0]?.account).toBe(TENANT)
  })

  it('refuse an account that is not allowed, and a role that is not there', async () => {
    const wrong = () => new aws.Provider('p', { region: 'us-east-1', allowedAccountIds: [TENANT] })
    await expect(deploy(cloud(), stack('spoke'), vpcWith(wrong))).rejects.toThrow(
      'AWS account ID not allowed: 111111111111',
    )
    const missing = () =>
      new aws.Provider('p', {
        region: 'us-east-1',
        assumeRoles: [{ roleArn: `arn:aws:iam::${TENANT}:role/nobody` }],
      })
    await expect(deploy(cloud(), stack('spoke'), vpcWith(missing))).rejects.toThrow(
      'is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/nobody',
    )
  })

  it('must be explicit where the configuration says so', async () => {
    const program = async () => {
      new aws.ec2.Vpc('net', { cidrBlock: '10.0.0.0/16' })
      return {}
    }
    await expect(deploy(cloud(), stack('spoke'), program)).rejects.toThrow("Default provider for 'aws' disabled")
    const config = { 'aws:region': 'us-east-1' }
    await deploy(cloud(), { ...stack('spoke'), config }, program)
    expect(ledger.all()).toHaveLength(1)
  })
})

describe('awsx.ec2.Vpc', () => {
  const program = (enableDnsHostnames: boolean) => async () => {
    const vpc = new awsx.ec2.Vpc(
      'hub',
      {
        cidrBlock: '10.0.0.0/16',
        availabilityZoneNames: ['us-east-1a', 'us-east-1b'],
        subnetStrategy: 'Auto',
        natGateways: { strategy: 'Single' },
        enableDnsHostnames,
        subnetSpecs: [
          { type: 'Private', name: 'private', cidrBlocks: ['10.0.0.0/20', '10.0.16.0/20'] },
          { type: 'Public', name: 'public', cidrBlocks: ['10.0.32.0/24', '10.0.33.0/24'] },
          { type: 'Isolated', name: 'transit-gateway', cidrBlocks: ['10.0.40.0/28', '10.0.40.16/28'] },
        ],
        tags: { stack: 'hub' },
      },
      { providers: { aws: hubProvider() } },
    )
    return {
      vpcId: vpc.vpcId,
      publicIds: vpc.publicSubnetIds,
      privateIds: vpc.privateSubnetIds,
      isolatedIds: vpc.isolatedSubnetIds,
    }
  }

  it('registers its children, as the component does', async () => {
    const outputs = await deploy(cloud(), stack('hub'), program(true))
    expect(outputs.vpcId).toBe(ledger.all('aws:ec2/vpc:Vpc')[0]?.id)
    expect(outputs.privateIds).toHaveLength(2)
    expect(ledger.all().map(({ type }) => type.split(':').pop())).toHaveLength(26)
    const routes = ledger.all('aws:ec2/route:Route').map(({ outputs }) => outputs)
    expect(routes.filter((route) => typeof route.gatewayId === 'string')).toHaveLength(2)
    expect(new Set(routes.flatMap((route) => route.natGatewayId ?? [])).size).toBe(1)
    expect(ledger.all('aws:ec2/subnet:Subnet').map(({ urn }) => urn)).toContain(
      'urn:pulumi:hub::demo::awsx:ec2:Vpc$aws:ec2/vpc:Vpc$aws:ec2/subnet:Subnet::hub-private-1',
    )
  })

  it('updates and deletes them as the plan changes', async () => {
    const first = await deploy(cloud(), stack('hub'), program(false))
    expect(await deploy(cloud(), stack('hub'), program(true))).toEqual(first)
    expect(ledger.all('aws:ec2/vpc:Vpc')[0]?.outputs.enableDnsHostnames).toBe(true)
    await destroy(cloud(), stack('hub'))
    expect(ledger.all()).toEqual([])
  })
})
