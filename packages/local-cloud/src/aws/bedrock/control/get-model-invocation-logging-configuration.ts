/** The single configuration of an account and region: a stack's, or one that existed before. */
import { object, text } from '../../../resource/values.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { INVOCATION_LOGGING } from '../resources/invocation-logging-configuration.ts'

export const getModelInvocationLoggingConfiguration: ApiOperation<object> = async (call) => {
  const { account, region, ledger, organization } = call
  await call.permit('bedrock:GetModelInvocationLoggingConfiguration')
  const declared = ledger.all(INVOCATION_LOGGING).find((one) => one.account === account && one.region === region)
  const to = object(object(declared?.outputs ?? {}, 'loggingConfig') ?? {}, 'cloudwatchConfig') ?? {}
  const before = organization.accounts.find(({ id }) => id === account)?.invocationLogGroup
  const logGroupName = text(to, 'logGroupName') ?? before
  if (logGroupName === undefined) return {}
  return {
    loggingConfig: {
      cloudWatchConfig: {
        logGroupName,
        roleArn: text(to, 'roleArn') ?? `arn:aws:iam::${account}:role/bedrock-logging`,
      },
      textDataDeliveryEnabled: true,
    },
  }
}
