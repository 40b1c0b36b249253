/** The read-only part of Lambda's control plane. The load balancer and subscriptions invoke functions, not this file. */
import type { Api } from '../../wire/protocol/api.ts'
import { restJson } from '../../wire/protocol/rest.ts'
import { getAccountSettings as GetAccountSettings } from './operations/get-account-settings.ts'
import { getFunctionConfiguration as GetFunctionConfiguration } from './operations/get-function-configuration.ts'

export const LAMBDA_CONTROL: Api<object> = {
  name: 'lambda',
  protocol: restJson({
    GetAccountSettings: 'GET /2016-08-19/account-settings',
    GetFunctionConfiguration: 'GET /2015-03-31/functions/{FunctionName}/configuration',
  }),
  operations: { GetAccountSettings, GetFunctionConfiguration },
}
