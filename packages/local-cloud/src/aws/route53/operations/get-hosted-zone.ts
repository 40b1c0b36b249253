import type { ApiOperation } from '../../../wire/protocol/api.ts'
import type { XmlValue } from '../../../wire/protocol/query.ts'
import { read, required, structure, text, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { requireZone } from './zone.ts'

const INPUT = structure({ Id: required(text({ max: 32 })) })

export const getHostedZone: ApiOperation<XmlValue> = async (call) => {
  const { Id } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  await call.permit('route53:GetHostedZone', `arn:aws:route53:::hostedzone/${Id}`)
  const domain = requireZone(call, Id)
  const isPrivate =
    call.organization.accounts.find(({ id }) => id === call.account)?.privateZones?.includes(Id) ?? false
  return {
    HostedZone: { Id: `/hostedzone/${Id}`, Name: domain, CallerReference: Id, Config: { PrivateZone: isPrivate } },
  }
}
