import { beforeEach, describe, expect, it } from 'vitest'
import type { Declared } from '../../ledger/ledger.ts'
import type { Organization } from '../../organization.ts'
import { Declarer, HUB, TENANT1 } from '../../testing/declarer.ts'
import { organization } from '../../testing/organization.ts'
import { invokeOf } from '../registry.ts'
import { attachmentDeletions } from './attachment-deletions.ts'
import { attachmentState } from './transit-gateway-state.ts'

const GATEWAY = 'aws:ec2transitgateway/transitGateway:TransitGateway'
const TABLE = 'aws:ec2transitgateway/routeTable:RouteTable'
const ATTACHMENT = 'aws:ec2transitgateway/vpcAttachment:VpcAttachment'
const ACCEPTER = 'aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter'
const ASSOCIATION = 'aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation'
const PROPAGATION = 'aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation'
const ROUTE = 'aws:ec2transitgateway/route:Route'
const SHARE = 'aws:ram/resourceShare:ResourceShare'
const SHARED = 'aws:ram/resourceAssociation:ResourceAssociation'
const SHARED_WITH = 'aws:ram/principalAssociation:PrincipalAssociation'
const SHARE_ACCEPTER = 'aws:ram/resourceShareAccepter:ResourceShareAccepter'

const tenant = { account: TENANT1 }
const disabled = { defaultRouteTableAssociation: 'disable', defaultRouteTablePropagation: 'disable' }

/** A gateway and a share of it in the hub's account, a VPC with two subnets in the tenant's. */
class Fixture extends Declarer {
  gateway!: Declared
  share!: Declared
  vpc!: Declared
  subnets: Declared[] = []

  async prepare(allowExternalPrincipals = false): Promise<this> {
    this.gateway = await this.make(GATEWAY, 'gateway', disabled)
    this.share = await this.make(SHARE, 'share', { name: 'gateway', allowExternalPrincipals })
    const shared = { resourceShareArn: this.share.id, resourceArn: String(this.gateway.outputs.arn) }
    await this.make(SHARED, 'shared', shared)
    this.vpc = await this.make('aws:ec2/vpc:Vpc', 'vpc', { cidrBlock: '10.64.0.0/24' }, tenant)
    for (const [index, cidrBlock] of ['10.64.0.0/28', '10.64.0.16/28'].entries()) {
      const inputs = { vpcId: this.vpc.id, cidrBlock, availabilityZoneId: `use1-az${index + 1}` }
      this.subnets.push(await this.make('aws:ec2/subnet:Subnet', `subnet${index}`, inputs, tenant))
    }
    return this
  }

  get attachment() {
    return { transitGatewayId: this.gateway.id, vpcId: this.vpc.id, subnetIds: this.subnets.map(({ id }) => id) }
  }

  shareWith(principal: string) {
    return this.make(SHARED_WITH, principal, { resourceShareArn: this.share.id, principal })
  }
}

let cloud: Fixture
beforeEach(async () => {
  cloud = await new Fixture().prepare()
})

describe('TransitGateway', () => {
  it('refuses, loudly, the default tables in which spokes reach each other', async () => {
    await expect(cloud.make(GATEWAY, 'open', {})).rejects.toThrow('defaultRouteTableAssociation "enable"')
    const half = { defaultRouteTableAssociation: 'disable' }
    await expect(cloud.make(GATEWAY, 'open', half)).rejects.toThrow('defaultRouteTablePropagation "enable"')
  })

  it('has at most 20 route tables', async () => {
    for (let n = 0; n < 20; n += 1) await cloud.make(TABLE, `table${n}`, { transitGatewayId: cloud.gateway.id })
    const refusal = await cloud.refusal(TABLE, 'one more', { transitGatewayId: cloud.gateway.id })
    expect(refusal).toContain('TransitGatewayRouteTableLimitExceeded')
  })
})

describe('VpcAttachment', () => {
  it('of a gateway that is not shared does not see it', async () => {
    expect(await cloud.refusal(ATTACHMENT, 'a', cloud.attachment, tenant)).toContain('InvalidTransitGatewayID.NotFound')
  })

  it('is made by whoever the organisation or the unit is shared with, and waits for the hub', async () => {
    await cloud.shareWith('arn:aws:organizations::111111111111:ou/o-genaiexample/ou-gen1-tenants0')
    const attachment = await cloud.make(ATTACHMENT, 'a', cloud.attachment, tenant)
    expect(attachmentState(cloud.ledger, attachment)).toBe('pendingAcceptance')
    await cloud.make(ACCEPTER, 'a', { transitGatewayAttachmentId: attachment.id })
    expect(attachmentState(cloud.ledger, attachment)).toBe('available')
  })

  const both = async () => {
    const attachment = await cloud.make(ATTACHMENT, 'a', cloud.attachment, tenant)
    return { attachment, accepter: await cloud.make(ACCEPTER, 'a', { transitGatewayAttachmentId: attachment.id }) }
  }

  it('is gone for both accounts with its deletion', async () => {
    await cloud.shareWith(organization.arn)
    cloud.ledger.onChange(attachmentDeletions(cloud.ledger))
    const first = await both()
    await cloud.ledger.delete(first.accepter.urn)
    await cloud.ledger.delete(first.attachment.urn)
    // Its owner deletes it, and the other account never did: nothing is left of it there.
    const second = await both()
    await cloud.ledger.delete(second.attachment.urn)
    expect([...cloud.ledger.all(ATTACHMENT), ...cloud.ledger.all(ACCEPTER)]).toEqual([])
  })

  it('may refuse its second deletion', async () => {
    await cloud.shareWith(organization.arn)
    cloud.ledger.onChange(attachmentDeletions(cloud.ledger, true))
    const { attachment, accepter } = await both()
    await cloud.ledger.delete(accepter.urn)
    const again = () => cloud.ledger.delete(attachment.urn)
    await expect(again()).rejects.toThrow(`${attachment.id} is in invalid state: deleted`)
    await expect(again()).rejects.toThrow('deleted')
    await cloud.ledger.put(accepter)
    await again()
    expect([...cloud.ledger.all(ATTACHMENT), ...cloud.ledger.all(ACCEPTER)]).toEqual([])
  })

  it('is one per VPC, with one subnet per zone', async () => {
    await cloud.shareWith(organization.arn)
    const twin = { vpcId: cloud.vpc.id, cidrBlock: '10.64.0.32/28', availabilityZoneId: 'use1-az1' }
    const other = await cloud.make('aws:ec2/subnet:Subnet', 'twin', twin, tenant)
    const two = { ...cloud.attachment, subnetIds: [...cloud.attachment.subnetIds, other.id] }
    expect(await cloud.refusal(ATTACHMENT, 'a', two, tenant)).toContain('DuplicateSubnetsInSameZone')
    await cloud.make(ATTACHMENT, 'a', cloud.attachment, tenant)
    expect(await cloud.refusal(ATTACHMENT, 'b', cloud.attachment, tenant)).toContain(
      'DuplicateTransitGatewayAttachment',
    )
  })

  it('is accepted once, in the account of the gateway', async () => {
    await cloud.shareWith(organization.arn)
    const { id } = await cloud.make(ATTACHMENT, 'a', cloud.attachment, tenant)
    const accept = { transitGatewayAttachmentId: id }
    expect(await cloud.refusal(ACCEPTER, 'a', accept, tenant)).toContain('InvalidTransitGatewayAttachmentID.NotFound')
    const accepter = await cloud.make(ACCEPTER, 'a', accept)
    expect(accepter.outputs).toMatchObject({ transitGatewayId: cloud.gateway.id, vpcId: cloud.vpc.id })
    expect(await cloud.refusal(ACCEPTER, 'b', accept)).toContain('IncorrectState')
  })
})

describe('a spoke', () => {
  let attachment: Declared
  let table: Declared
  beforeEach(async () => {
    await cloud.shareWith(organization.arn)
    table = await cloud.make(TABLE, 'spokes', { transitGatewayId: cloud.gateway.id })
    attachment = await cloud.make(ATTACHMENT, 'a', cloud.attachment, tenant)
  })
  const accept = () => cloud.make(ACCEPTER, 'a', { transitGatewayAttachmentId: attachment.id })
  const pair = () => ({ transitGatewayAttachmentId: attachment.id, transitGatewayRouteTableId: table.id })

  it('gets no route, association or propagation before its attachment is accepted', async () => {
    const routes = await cloud.make('aws:ec2/routeTable:RouteTable', 'routes', { vpcId: cloud.vpc.id }, tenant)
    const route = { routeTableId: routes.id, destinationCidrBlock: '10.0.0.0/16', transitGatewayId: cloud.gateway.id }
    const create = 'aws:ec2/route:Route'
    expect(await cloud.refusal(create, 'hub', route, tenant)).toContain('InvalidTransitGatewayID.NotFound')
    expect(await cloud.refusal(ASSOCIATION, 'a', pair())).toContain('IncorrectState')
    expect(await cloud.refusal(PROPAGATION, 'a', pair())).toContain('IncorrectState')
    await accept()
    await cloud.make(create, 'hub', route, tenant)
    await cloud.make(ASSOCIATION, 'a', pair())
    await cloud.make(PROPAGATION, 'a', pair())
  })

  it('has one association, and propagates once into a table', async () => {
    await accept()
    const association = await cloud.make(ASSOCIATION, 'a', pair())
    expect(association.id).toBe(`${table.id}_${attachment.id}`)
    const hub = await cloud.make(TABLE, 'hub', { transitGatewayId: cloud.gateway.id })
    const second = { ...pair(), transitGatewayRouteTableId: hub.id }
    expect(await cloud.refusal(ASSOCIATION, 'b', second)).toContain('Resource.AlreadyAssociated')
    await cloud.make(PROPAGATION, 'a', pair())
    expect(await cloud.refusal(PROPAGATION, 'b', pair())).toContain('TransitGatewayRouteTablePropagation.Duplicate')
  })

  it('cannot change the tables of the gateway itself', async () => {
    await accept()
    expect(await cloud.refusal(ASSOCIATION, 'a', pair(), tenant)).toContain('InvalidRouteTableID.NotFound')
  })

  it('holds what it is attached to, from another stack too', async () => {
    expect(cloud.holders(cloud.gateway)).toContain(ATTACHMENT)
    await accept()
    await cloud.make(ASSOCIATION, 'a', pair())
    expect(cloud.holders(table)).toEqual([ASSOCIATION])
    expect(cloud.holders(cloud.vpc)).toContain(ATTACHMENT)
  })

  it('has static routes that are a blackhole or lead to one attachment', async () => {
    await accept()
    const route = { transitGatewayRouteTableId: table.id, destinationCidrBlock: '10.64.0.0/10' }
    expect(await cloud.refusal(ROUTE, 'r', route)).toContain('InvalidParameterCombination')
    const both = { ...route, blackhole: true, transitGatewayAttachmentId: attachment.id }
    expect(await cloud.refusal(ROUTE, 'r', both)).toContain('InvalidParameterCombination')
    await cloud.make(ROUTE, 'r', { ...route, blackhole: true })
    expect(await cloud.refusal(ROUTE, 's', { ...route, blackhole: true })).toContain('RouteAlreadyExists')
  })
})

describe('shares', () => {
  const outside = (): Organization => ({
    ...organization,
    accounts: organization.accounts.map((account) =>
      account.id === TENANT1 ? { ...account, outside: true } : account,
    ),
  })

  it('inside the organisation need no accepter, and an accepter fails', async () => {
    await cloud.shareWith(organization.arn)
    const refusal = await cloud.refusal(SHARE_ACCEPTER, 'a', { shareArn: cloud.share.id }, tenant)
    expect(refusal).toContain('invitation found')
    await cloud.shareWith(TENANT1)
    expect(await cloud.refusal(SHARE_ACCEPTER, 'a', { shareArn: cloud.share.id }, tenant)).toContain('invitation found')
  })

  it('with an account outside need to allow it, and the account to accept', async () => {
    const closed = await new Fixture(outside()).prepare()
    const principal = { resourceShareArn: closed.share.id, principal: TENANT1 }
    expect(await closed.refusal(SHARED_WITH, 'a', principal)).toContain('OperationNotPermittedException')

    const open = await new Fixture(outside()).prepare(true)
    await open.shareWith(TENANT1)
    expect(await open.refusal(ATTACHMENT, 'a', open.attachment, tenant)).toContain('InvalidTransitGatewayID.NotFound')
    const accepted = await open.make(SHARE_ACCEPTER, 'a', { shareArn: open.share.id }, tenant)
    expect(accepted.outputs).toMatchObject({
      senderAccountId: HUB,
      receiverAccountId: TENANT1,
      shareName: 'gateway',
      resources: [open.gateway.outputs.arn],
    })
    await open.make(ATTACHMENT, 'a', open.attachment, tenant)
  })

  it('with an organisation need its sharing turned on', async () => {
    const off = await new Fixture({ ...organization, ramSharing: false }).prepare()
    const principal = { resourceShareArn: off.share.id, principal: organization.arn }
    expect(await off.refusal(SHARED_WITH, 'a', principal)).toContain('only be shared within your AWS Organization')
  })
})

describe('the routes of a table', () => {
  const find = (table: Declared, filters: Readonly<Record<string, readonly string[]>>, account = HUB) =>
    invokeOf('aws:ec2transitgateway/getRouteTableRoutes:getRouteTableRoutes').answer({
      inputs: {
        transitGatewayRouteTableId: table.id,
        filters: Object.entries(filters).map(([name, values]) => ({ name, values })),
      },
      account,
      region: 'us-east-1',
      ledger: cloud.ledger,
      organization,
      callerArn: '',
    }).routes

  let table: Declared
  let attachment: Declared
  beforeEach(async () => {
    await cloud.shareWith(organization.arn)
    table = await cloud.make(TABLE, 'hub', { transitGatewayId: cloud.gateway.id })
    attachment = await cloud.make(ATTACHMENT, 'a', cloud.attachment, tenant)
    await cloud.make(ACCEPTER, 'a', { transitGatewayAttachmentId: attachment.id })
    const pair = { transitGatewayAttachmentId: attachment.id, transitGatewayRouteTableId: table.id }
    await cloud.make(PROPAGATION, 'a', pair)
    const blackhole = { destinationCidrBlock: '10.64.0.0/10', transitGatewayRouteTableId: table.id, blackhole: true }
    await cloud.make(ROUTE, 'blackhole', blackhole)
  })

  it('are found by type, state and attachment', () => {
    const propagated = { destinationCidrBlock: '10.64.0.0/24', type: 'propagated', state: 'active' }
    expect(find(table, { type: ['propagated'] })).toMatchObject([propagated])
    expect(find(table, { type: ['propagated'], 'attachment.resource-type': ['vpc'] })).toMatchObject([propagated])
    expect(find(table, { 'attachment.resource-id': ['vpc-0', cloud.vpc.id] })).toMatchObject([propagated])
    expect(find(table, { 'attachment.transit-gateway-attachment-id': [attachment.id] })).toMatchObject([propagated])
    expect(find(table, { 'attachment.resource-id': ['vpc-0'] })).toEqual([])
    expect(find(table, { state: ['blackhole'] })).toMatchObject([
      { destinationCidrBlock: '10.64.0.0/10', type: 'static' },
    ])
    expect(find(table, { type: ['propagated', 'static'] })).toHaveLength(2)
  })

  it('are the gateway’s account’s to see, by filters that are known', () => {
    expect(() => find(table, { type: ['propagated'] }, TENANT1)).toThrow('was deleted or does not exist')
    expect(() => find(table, {})).toThrow('Filters')
    expect(() => find(table, { 'route-search.exact-match': ['10.64.0.0/24'] })).toThrow('route-search.exact-match')
  })

  it('have one block once: the second VPC that has it gets none', async () => {
    const vpc = await cloud.make('aws:ec2/vpc:Vpc', 'twin', { cidrBlock: '10.64.0.0/24' })
    const subnet = { vpcId: vpc.id, cidrBlock: '10.64.0.0/28', availabilityZoneId: 'use1-az1' }
    const { id } = await cloud.make('aws:ec2/subnet:Subnet', 'twin', subnet)
    const inputs = { transitGatewayId: cloud.gateway.id, vpcId: vpc.id, subnetIds: [id] }
    const twin = await cloud.make(ATTACHMENT, 'twin', inputs)
    const pair = { transitGatewayAttachmentId: twin.id, transitGatewayRouteTableId: table.id }
    await cloud.make(PROPAGATION, 'twin', pair)
    expect(find(table, { type: ['propagated'] })).toHaveLength(1)
    expect(find(table, { 'attachment.resource-id': [vpc.id] })).toEqual([])
  })
})
