import { GetModelInvocationLoggingConfigurationCommand } from '@aws-sdk/client-bedrock'
import { PREFIX } from '../../../shared/naming.ts'
import { type Check, failed, ok } from '../check.ts'

/** An account has one model invocation logging per region: a stack that configures it would overwrite what is there. */
export const invocationLogging: Check = {
  id: 'invocation-logging',
  of: 'tenant',
  question: 'Is there a model invocation logging already?',
  async ask(tenant) {
    const { bedrock } = await tenant.clients()
    const { loggingConfig } = await bedrock.send(new GetModelInvocationLoggingConfigurationCommand({}))
    const group = loggingConfig?.cloudWatchConfig?.logGroupName
    const bucket = loggingConfig?.s3Config?.bucketName
    if (!loggingConfig) return ok('none')
    const to = [group && `log group ${group}`, bucket && `bucket ${bucket}`].filter(Boolean).join(' and ')
    const { tenantId, modelInvocationLogging } = tenant.settings
    const holder = new RegExp(`^/${PREFIX}/([a-z0-9]+)/`).exec(group ?? '')?.[1]
    if (holder !== undefined && holder !== tenantId)
      return modelInvocationLogging
        ? failed(
            `${holder}, which is in the account too, has it: log group ${group}.`,
            `Set modelInvocationLogging to false in Pulumi.${tenant.stack}.yaml: it has the prompts of ${tenantId} already.`,
          )
        : ok(`that of ${holder}, which is in the account too: it has the prompts and answers of ${tenantId} as well`)
    if (group?.startsWith(`/${PREFIX}/`)) return ok(`this project's own, to ${to}`)
    if (!modelInvocationLogging)
      return ok(`one that is not this project's, to ${to}: prompts and answers are recorded there, and it stays`)
    return failed(
      `There is one, to ${to}, and modelInvocationLogging would make another.`,
      `Leave it, and set modelInvocationLogging to false in Pulumi.${tenant.stack}.yaml; or have the account's administrator delete it.`,
    )
  },
}
