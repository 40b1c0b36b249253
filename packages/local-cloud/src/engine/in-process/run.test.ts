/** What a run does with what was there before: replaced, removed, protected, retained; and what when something fails. */
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Change, Ledger } from '../../ledger/ledger.ts'
import { organization } from '../../testing/organization.ts'
import { deploy, destroy, type Stack } from './in-process.ts'

const stack = (name: string): Stack => ({
  project: 'demo',
  stack: name,
  config: { 'pulumi:disable-default-providers': '["aws"]' },
})

let ledger: Ledger
beforeEach(() => {
  ledger = new Ledger()
})
const cloud = () => ({ ledger, organization })

type Options = pulumi.CustomResourceOptions

const run = (name: string, program: (provider: aws.Provider) => unknown) =>
  deploy(cloud(), stack(name), async () => {
    const provider = new aws.Provider('p', { region: 'us-east-1', allowedAccountIds: ['111111111111'] })
    await program(provider)
    return {}
  })

const tableNamed =
  (name: string | undefined, hashKey: string, options: Options = {}) =>
  (provider: aws.Provider) =>
    new aws.dynamodb.Table(
      'table',
      { ...(name && { name }), billingMode: 'PAY_PER_REQUEST', hashKey, attributes: [{ name: hashKey, type: 'S' }] },
      { provider, ...options },
    )

const TABLE = 'aws:dynamodb/table:Table'

describe('a replacement', () => {
  it('that keeps a given name deletes first, as the name is taken', async () => {
    await run('a', tableNamed('tenants', 'id'))
    const changes: Change[] = []
    ledger.onChange((change) => void changes.push(change))
    await run('a', tableNamed('tenants', 'tenantId'))
    // Its data is gone, though its name is the same.
    expect(changes).toMatchObject([
      { kind: 'deleted', resource: { inputs: { hashKey: 'id' } } },
      { kind: 'created', resource: { inputs: { hashKey: 'tenantId' } } },
    ])
    expect(ledger.all(TABLE)).toHaveLength(1)
  })

  it('is made before the old one goes, so that AWS refuses what there can be only one of', async () => {
    const program = (table: 'one' | 'two', options: Options) => (provider: aws.Provider) => {
      const vpc = new aws.ec2.Vpc('vpc', { cidrBlock: '10.0.0.0/16' }, { provider })
      const subnet = new aws.ec2.Subnet('subnet', { vpcId: vpc.id, cidrBlock: '10.0.0.0/24' }, { provider })
      const gateway = new aws.ec2transitgateway.TransitGateway(
        'gateway',
        { defaultRouteTableAssociation: 'disable', defaultRouteTablePropagation: 'disable' },
        { provider },
      )
      const attachment = new aws.ec2transitgateway.VpcAttachment(
        'attachment',
        { vpcId: vpc.id, subnetIds: [subnet.id], transitGatewayId: gateway.id },
        { provider },
      )
      const tables = { one: gateway.id, two: gateway.id }
      const [one, two] = Object.entries(tables).map(
        ([name, transitGatewayId]) => new aws.ec2transitgateway.RouteTable(name, { transitGatewayId }, { provider }),
      )
      const chosen = table === 'one' ? one : two
      new aws.ec2transitgateway.RouteTableAssociation(
        'association',
        { transitGatewayAttachmentId: attachment.id, transitGatewayRouteTableId: chosen?.id ?? '' },
        { provider, ...options },
      )
    }
    await run('a', program('one', {}))
    const before = ledger.all()
    await expect(run('a', program('two', {}))).rejects.toThrow('Resource.AlreadyAssociated')
    expect(ledger.all()).toEqual(before)
    await run('a', program('two', { deleteBeforeReplace: true }))
    expect(ledger.all('aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation')).toHaveLength(1)
  })

  it('with another id announces both: the old one gone, the new one there', async () => {
    await run('a', tableNamed('one', 'id'))
    const changes: string[] = []
    ledger.onChange(({ kind, resource }) => void changes.push(`${kind} ${resource.id}`))
    await run('a', tableNamed('two', 'id'))
    expect(changes).toEqual(['deleted one', 'created two'])
    expect(ledger.all(TABLE).map(({ id }) => id)).toEqual(['two'])
  })
})

describe('what is protected', () => {
  it('is neither removed nor replaced nor destroyed, and nothing else is either', async () => {
    const program = (hashKey: string) => (provider: aws.Provider) => {
      new aws.ec2.Vpc('vpc', { cidrBlock: '10.0.0.0/16' }, { provider })
      tableNamed('tenants', hashKey, { protect: true })(provider)
    }
    await run('a', program('id'))
    const before = ledger.all()
    await expect(run('a', () => undefined)).rejects.toThrow('table (aws:dynamodb/table:Table) is protected')
    await expect(run('a', program('other'))).rejects.toThrow('Replacing it, as hashKey changed, deletes it')
    await expect(destroy(cloud(), stack('a'))).rejects.toThrow('is protected')
    expect(ledger.all()).toEqual(before)

    await run('a', tableNamed('tenants', 'id', { protect: false }))
    await destroy(cloud(), stack('a'))
    expect(ledger.all()).toEqual([])
  })

  it('by AWS itself is not deleted either', async () => {
    await run('a', (provider) => {
      const attributes = [{ name: 'id', type: 'S' }]
      const args = { billingMode: 'PAY_PER_REQUEST', hashKey: 'id', attributes, deletionProtectionEnabled: true }
      new aws.dynamodb.Table('table', args, { provider })
    })
    await expect(destroy(cloud(), stack('a'))).rejects.toThrow('protected against deletion')
  })
})

describe('what is retained', () => {
  it('stays when its stack goes, and a new one gets an id of its own', async () => {
    const program = (provider: aws.Provider) =>
      new aws.cloudwatch.LogGroup('logs', { namePrefix: '/logs/' }, { provider, retainOnDelete: true })
    await run('a', program)
    const [first] = ledger.all()
    await destroy(cloud(), stack('a'))
    expect(ledger.all().map(({ id }) => id)).toEqual([first?.id])
    await run('a', program)
    await run('a', program)
    expect(ledger.all()).toHaveLength(2)
    expect(new Set(ledger.all().map(({ id }) => id)).size).toBe(2)
  })
})

describe('another stack', () => {
  const hub = (provider: aws.Provider) => new aws.ec2.Vpc('vpc', { cidrBlock: '10.0.0.0/16' }, { provider })
  const vpcId = () => ledger.all('aws:ec2/vpc:Vpc')[0]?.id ?? ''

  it('keeps what it uses from being deleted or replaced', async () => {
    await run('hub', hub)
    await run('spoke', (provider) => {
      new aws.ec2.Subnet('subnet', { vpcId: vpcId(), cidrBlock: '10.0.0.0/24' }, { provider })
    })
    const before = ledger.all()
    await expect(destroy(cloud(), stack('hub'))).rejects.toMatchObject({
      code: 'DependencyViolation',
      message: expect.stringContaining('urn:pulumi:spoke::demo::aws:ec2/subnet:Subnet::subnet'),
    })
    await expect(
      run('hub', (provider) => new aws.ec2.Vpc('vpc', { cidrBlock: '10.8.0.0/16' }, { provider })),
    ).rejects.toThrow('has a dependent object')
    expect(ledger.all()).toEqual(before)
    expect(ledger.stacks()).toEqual(['organization/demo/hub', 'organization/demo/spoke'])
    await destroy(cloud(), stack('spoke'))
    await destroy(cloud(), stack('hub'))
    expect(ledger.all()).toEqual([])
    expect(ledger.stacks()).toEqual([])
  })
})

describe('effects', () => {
  it('are told creations in order of dependency, deletions the other way round', async () => {
    const changes: string[] = []
    ledger.onChange(({ kind, resource }) => void changes.push(`${kind} ${resource.type.split(':').pop()}`))
    const program = (provider: aws.Provider) => {
      const vpc = new aws.ec2.Vpc('vpc', { cidrBlock: '10.0.0.0/16' }, { provider })
      new aws.ec2.RouteTable('table', { vpcId: vpc.id }, { provider })
    }
    await run('a', program)
    await destroy(cloud(), stack('a'))
    expect(changes).toEqual(['created Vpc', 'created RouteTable', 'deleted RouteTable', 'deleted Vpc'])
  })

  it('that refuse undo the run: the ledger, and what they were told', async () => {
    const told: string[] = []
    let refusing = true
    ledger.onChange(async ({ kind, resource }) => {
      told.push(`${kind} ${resource.type.split(':').pop()}`)
      if (refusing && kind === 'created' && resource.type.endsWith('RouteTable')) throw new Error('the data is taken')
    })
    const program = (provider: aws.Provider) => {
      const vpc = new aws.ec2.Vpc('vpc', { cidrBlock: '10.0.0.0/16' }, { provider })
      new aws.ec2.RouteTable('table', { vpcId: vpc.id }, { provider })
    }
    await expect(run('a', program)).rejects.toThrow('the data is taken')
    expect(ledger.all()).toEqual([])
    expect(ledger.stacks()).toEqual([])
    expect(told).toEqual(['created Vpc', 'created RouteTable', 'deleted RouteTable', 'deleted Vpc'])
    refusing = false
    await run('a', program)
    expect(ledger.all()).toHaveLength(2)
  })
})
