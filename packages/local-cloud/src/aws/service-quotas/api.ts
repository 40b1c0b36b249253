import { type Api, jsonApi } from '../../wire/protocol/api.ts'
import { getServiceQuota as GetServiceQuota } from './operations/get-service-quota.ts'

export const SERVICE_QUOTAS: Api<object> = {
  name: 'servicequotas',
  protocol: jsonApi('ServiceQuotasV20190624'),
  operations: { GetServiceQuota },
}
