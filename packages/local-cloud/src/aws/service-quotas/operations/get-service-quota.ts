import { AwsError } from '../../../errors.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { read, required, structure, text, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { QUOTAS, type Quota, type QuotaCode, quotaOf } from '../quotas.ts'

const INPUT = structure({
  ServiceCode: required(text({ min: 1, max: 63, pattern: /^[a-zA-Z][a-zA-Z0-9-]{1,128}$/ })),
  QuotaCode: required(text({ min: 1, max: 128, pattern: /^[a-zA-Z][a-zA-Z0-9-]{1,128}$/ })),
})

export const getServiceQuota: ApiOperation<object> = async (call) => {
  const { ServiceCode: service, QuotaCode: code } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  const arn = `arn:aws:servicequotas:${call.region}:${call.account}:${service}/${code}`
  await call.permit('servicequotas:GetServiceQuota', arn, { 'servicequotas:service': service })
  const quota: Quota | undefined = Object.hasOwn(QUOTAS, code) ? QUOTAS[code as QuotaCode] : undefined
  if (quota?.service !== service)
    throw new AwsError('NoSuchResourceException', `The request failed because the specified quota does not exist.`)
  return {
    Quota: {
      ServiceCode: service,
      QuotaArn: arn,
      QuotaCode: code,
      QuotaName: quota.name,
      Value: quotaOf(call.organization, call.account, code as QuotaCode),
      Unit: 'None',
      Adjustable: quota.adjustable,
      GlobalQuota: false,
    },
  }
}
