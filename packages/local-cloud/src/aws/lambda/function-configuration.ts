/** The current declaration of a function, as far as the runtime needs it. */
import { createHash } from 'node:crypto'
import { AwsError, UnsupportedError } from '../../errors.ts'
import type { ArchiveValue, Declared, LedgerView, Properties, Value } from '../../ledger/ledger.ts'
import { known, number, object, objects, text, texts } from '../../resource/values.ts'
import { RESERVED_VARIABLES } from './constants.ts'

export interface FunctionConfiguration {
  readonly arn: string
  readonly name: string
  readonly account: string
  readonly region: string
  /** `index.handler` */
  readonly handler: string
  readonly memoryMegabytes: number
  readonly timeoutSeconds: number
  /** The concurrent executions that are reserved for this function and also limit it. Absent: it shares the account's. */
  readonly reservedConcurrency?: number
  readonly environment: Readonly<Record<string, string>>
  readonly roleArn: string
  readonly code: ArchiveValue
  readonly logGroup: string
  readonly logFormat: 'Text' | 'JSON'
  /** Changes when a running process would no longer match the declaration. */
  readonly version: string
}

export const FUNCTION = 'aws:lambda/function:Function'

/** The Node release of this process, which functions run on too. */
const RUNTIME = 'nodejs24.x'

/** @throws AwsError ResourceNotFoundException; UnsupportedError for what the runtime does not support */
export function readFunction(ledger: LedgerView, arn: string): FunctionConfiguration {
  const declared = ledger.findBy(FUNCTION, 'arn', arn)
  if (!declared) {
    if (arn.split(':').length > 7) throw new UnsupportedError(`invoking a function's alias or version (${arn})`)
    throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404)
  }
  const { outputs } = declared
  refuseUnsupported(outputs)
  const name = known(outputs, 'name')
  const logging = object(outputs, 'loggingConfig')
  const reserved = number(outputs, 'reservedConcurrentExecutions')
  const roleArn = known(outputs, 'role')
  const configuration = {
    arn,
    name,
    account: declared.account,
    region: declared.region,
    handler: known(outputs, 'handler'),
    memoryMegabytes: number(outputs, 'memorySize') ?? 128,
    timeoutSeconds: number(outputs, 'timeout') ?? 3,
    environment: variables(outputs),
    roleArn,
    code: archive(declared),
    logGroup: (logging && text(logging, 'logGroup')) ?? `/aws/lambda/${name}`,
    logFormat: logging && text(logging, 'logFormat') === 'JSON' ? ('JSON' as const) : ('Text' as const),
  }
  // A role that was deleted and made again is another role: credentials of the old one are no longer valid.
  const role = ledger.findBy('aws:iam/role:Role', 'arn', roleArn)?.outputs.uniqueId ?? null
  const { code, ...rest } = configuration
  const version = createHash('sha256')
    .update(JSON.stringify([rest, code.sha256, role, outputs.vpcConfig ?? null]))
    .digest('hex')
  return {
    ...configuration,
    ...(reserved !== undefined && reserved >= 0 && { reservedConcurrency: reserved }),
    version,
  }
}

function variables(outputs: Properties): Readonly<Record<string, string>> {
  const declared = Object.entries(object(object(outputs, 'environment') ?? {}, 'variables') ?? {})
  for (const [name] of declared) {
    if (RESERVED_VARIABLES.has(name))
      throw new AwsError(
        'InvalidParameterValueException',
        `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${name}`,
      )
    if (name === 'NODE_EXTRA_CA_CERTS')
      throw new UnsupportedError(
        'the environment variable NODE_EXTRA_CA_CERTS of a function: its own authority is there',
      )
  }
  return Object.fromEntries(declared.map(([name, value]) => [name, String(value)]))
}

function archive({ outputs, urn }: Declared): ArchiveValue {
  const { code } = outputs
  if (!isArchive(code)) throw new Error(`The function ${urn} has no code archive on the ledger.`)
  return code
}

function isArchive(value: Value | undefined): value is ArchiveValue {
  return typeof value === 'object' && value !== null && 'archive' in value && 'sha256' in value
}

function refuseUnsupported(outputs: Properties): void {
  const runtime = text(outputs, 'runtime')
  if (runtime !== RUNTIME)
    throw new UnsupportedError(`the Lambda runtime ${runtime ?? '(none)'}: functions run on ${RUNTIME}`)
  if ((text(outputs, 'packageType') ?? 'Zip') !== 'Zip') throw new UnsupportedError('Lambda functions from images')
  for (const name of ['s3Bucket', 'imageUri', 'kmsKeyArn', 'fileSystemConfig', 'tenancyConfig', 'durableConfig'])
    if (isSet(outputs[name])) throw new UnsupportedError(`the input ${name} of a Lambda function`)
  if (texts(outputs, 'layers').length > 0) throw new UnsupportedError('layers of a Lambda function')
  for (const one of [object(outputs, 'snapStart') ?? {}, ...objects(outputs, 'snapStart')])
    if ((text(one, 'applyOn') ?? 'None') !== 'None') throw new UnsupportedError('SnapStart of a Lambda function')
}

const isSet = (value: Value | undefined) => value !== undefined && value !== null && value !== ''
