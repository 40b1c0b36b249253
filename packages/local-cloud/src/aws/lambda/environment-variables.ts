/** The complete environment of a function's process: the declared variables and Lambda's own. Nothing is inherited. */
import type { Credentials } from '../../iam/credential-store.ts'
import type { FunctionConfiguration } from './function-configuration.ts'

export interface EnvironmentDetails {
  readonly credentials: Pick<Credentials, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>
  readonly logStream: string
  readonly taskRoot: string
}

export function environmentVariables(
  configuration: FunctionConfiguration,
  { credentials, logStream, taskRoot }: EnvironmentDetails,
): Readonly<Record<string, string>> {
  const { region, name, memoryMegabytes, handler, logGroup } = configuration
  return {
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    ...configuration.environment,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    LAMBDA_TASK_ROOT: taskRoot,
    _HANDLER: handler,
  }
}
