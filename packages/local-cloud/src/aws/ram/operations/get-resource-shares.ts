/** The caller's own shares, or the shares of other accounts with the caller. */
import { flag, known } from '../../../resource/values.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { oneOf, read, required, structure, text, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { SHARE, SHARED_RESOURCE, seesTransitGateway, TRANSIT_GATEWAY } from '../../ec2/transit-gateway-state.ts'

const INPUT = structure({ resourceOwner: required(oneOf('SELF', 'OTHER-ACCOUNTS')), name: text({ max: 4096 }) })

export const getResourceShares: ApiOperation<object> = async (call) => {
  const { resourceOwner, name } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  const { ledger, organization, account, region } = call
  await call.permit('ram:GetResourceShares')
  const shares = ledger.all(SHARE).filter((share) => {
    if (share.region !== region || (name !== undefined && share.outputs.name !== name)) return false
    if (resourceOwner === 'SELF') return share.account === account
    if (share.account === account) return false
    return ledger.where(SHARED_RESOURCE, 'resourceShareArn', share.id).some(({ outputs }) => {
      const gateway = ledger.findBy(TRANSIT_GATEWAY, 'arn', known(outputs, 'resourceArn'))
      return gateway !== undefined && seesTransitGateway(ledger, organization, account, gateway)
    })
  })
  return {
    resourceShares: shares.map((share) => ({
      resourceShareArn: share.id,
      name: known(share.outputs, 'name'),
      owningAccountId: share.account,
      allowExternalPrincipals: flag(share.outputs, 'allowExternalPrincipals') ?? false,
      status: 'ACTIVE',
    })),
  }
}
