import { beforeAll, describe, expect, it } from 'vitest'
import { HUB_SETTINGS, type HubRecording, recordHub } from '../tests/hub-fixture.ts'

let recorded: HubRecording
beforeAll(async () => {
  recorded = await recordHub()
})

const ATTACHMENT = 'aws:ec2transitgateway/vpcAttachment:VpcAttachment transit-gateway-hub'

describe('the Transit Gateway', () => {
  it('puts no attachment anywhere by itself', () => {
    expect(recorded.one('aws:ec2transitgateway/transitGateway:TransitGateway').inputs).toMatchObject({
      defaultRouteTableAssociation: 'disable',
      defaultRouteTablePropagation: 'disable',
      autoAcceptSharedAttachments: 'disable',
    })
  })

  it("attaches the hub's Transit Gateway subnets, outside of the default tables", () => {
    const { inputs, deleteBeforeReplace } = recorded.one('aws:ec2transitgateway/vpcAttachment:VpcAttachment')
    expect(inputs).toMatchObject({
      vpcId: 'vpc-hub',
      subnetIds: ['subnet-gateway-a', 'subnet-gateway-b'],
      transitGatewayDefaultRouteTableAssociation: false,
      transitGatewayDefaultRouteTablePropagation: false,
    })
    expect(deleteBeforeReplace).toBe(true)
  })

  it('looks the hub up in `hub`, and makes it known in `spokes` only', () => {
    const association = recorded.one('aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation')
    expect(association.inputs.transitGatewayRouteTableId).toBe('transit-gateway-hub-id')
    expect(association.deleteBeforeReplace).toBe(true)
    const propagation = recorded.one('aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation')
    expect(propagation.inputs.transitGatewayRouteTableId).toBe('transit-gateway-spokes-id')
  })

  it('drops what one spoke sends to another', () => {
    expect(recorded.one('aws:ec2transitgateway/route:Route').inputs).toEqual({
      transitGatewayRouteTableId: 'transit-gateway-spokes-id',
      destinationCidrBlock: '10.64.0.0/10',
      blackhole: true,
    })
  })

  it('gets the supernet from the private subnets, and from no other, once the hub is attached', () => {
    const routes = recorded.all('aws:ec2/route:Route')
    expect(routes.map(({ inputs }) => [inputs.routeTableId, inputs.destinationCidrBlock])).toEqual([
      ['rtb-of-subnet-private-a', '10.64.0.0/10'],
      ['rtb-of-subnet-private-b', '10.64.0.0/10'],
    ])
    for (const { dependencies } of routes) expect(dependencies).toContain(ATTACHMENT)
  })

  it('is shared with the organisation', () => {
    expect(recorded.one('aws:ram/resourceShare:ResourceShare').inputs.allowExternalPrincipals).toBe(false)
    expect(recorded.one('aws:ram/principalAssociation:PrincipalAssociation').inputs.principal).toBe(
      HUB_SETTINGS.sharing.kind === 'organisation' && HUB_SETTINGS.sharing.arn,
    )
    expect(recorded.one('aws:ram/resourceAssociation:ResourceAssociation').inputs.resourceArn).toContain(
      'transit-gateway',
    )
  })

  it('leaves it to each spoke to add its account, when it is shared with accounts', async () => {
    const shared = await recordHub({ sharing: { kind: 'accounts', accounts: ['222222222222'] } })
    expect(shared.one('aws:ram/resourceShare:ResourceShare').inputs.allowExternalPrincipals).toBe(true)
    expect(shared.all('aws:ram/principalAssociation:PrincipalAssociation')).toEqual([])
    expect(shared.outputs.sharing).toEqual({ kind: 'accounts' })
  })
})
