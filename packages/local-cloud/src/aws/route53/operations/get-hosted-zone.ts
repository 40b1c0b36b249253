import type { ApiOperation } from '../../../wire/protocol/api.ts'
import type { XmlValue } from '../../../wire/protocol/query.ts'
import { read, required, structure, text, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { requireZone, zoneArn } from '../zones.ts'

const INPUT = structure({ Id: required(text({ max: 32 })) })

export const getHostedZone: ApiOperation<XmlValue> = async (call) => {
  const { Id } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  await call.permit('route53:GetHostedZone', zoneArn(Id))
  const { name, isPrivate } = requireZone(call, Id)
  return {
    HostedZone: { Id: `/hostedzone/${Id}`, Name: `${name}.`, CallerReference: Id, Config: { PrivateZone: isPrivate } },
  }
}
