/**
 * Bedrock's own records of a call, whoever made it: the account's metrics and, if it is switched on, a record of the invocation log
 * (schema 1.0, without the bodies of request and answer).
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring.html
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
 */
import type { Session } from '../../iam/authorize.ts'
import type { LedgerView } from '../../ledger/ledger.ts'
import { object, text } from '../../resource/values.ts'
import { BEDROCK_METRICS, type Metrics } from '../cloudwatch/metrics.ts'
import type { Logs } from '../logs/logs.ts'
import { type Usage, writtenTo } from './model-backend.ts'
import { INVOCATION_LOGGING } from './resources/invocation-logging-configuration.ts'

export interface Invocation {
  readonly account: string
  readonly region: string
  readonly operation: string
  /** The id that was called: a model's or an inference profile's. */
  readonly modelId: string
  readonly requestId: string
  readonly session: Session
  readonly usage: Usage
  /** The caller's metadata about the request. */
  readonly metadata: () => Readonly<Record<string, string>> | undefined
}

export type Accounting = (invocation: Invocation) => void

export interface AccountingOptions {
  readonly ledger: LedgerView
  readonly metrics: Metrics
  readonly logs: Pick<Logs, 'printed'>
  /** Seconds since 1970. */
  readonly now: () => number
}

const STREAM = 'aws/bedrock/modelinvocations'

export function createAccounting({ ledger, metrics, logs, now }: AccountingOptions): Accounting {
  return (invocation) => {
    const { account, region, modelId, usage } = invocation
    const metric = { account, region, namespace: BEDROCK_METRICS, dimensions: { ModelId: modelId } }
    const counted = { InputTokenCount: usage.inputTokens, OutputTokenCount: usage.outputTokens, Invocations: 1 }
    const cache = usage.cacheReadTokens !== undefined && {
      CacheReadInputTokenCount: usage.cacheReadTokens,
      CacheWriteInputTokenCount: writtenTo(usage),
    }
    for (const [name, value] of Object.entries({ ...counted, ...cache }))
      metrics.put({ ...metric, name }, value, now() * 1000)
    const to = loggedTo(ledger, account, region)
    if (!to) return
    const arn = `arn:aws:bedrock:${region}:${account}:model-invocation-logging`
    logs.printed({
      function: { arn, account, region, logGroup: to.group },
      session: sessionOf(account, to.roleArn),
      stream: STREAM,
      fixedStream: true,
      line: JSON.stringify(recordOf(invocation, now())),
    })
  }
}

/** Bedrock assumes the role that the configuration names. */
const sessionOf = (account: string, roleArn: string): Session => ({
  account,
  roleArn,
  arn: `arn:aws:sts::${account}:assumed-role/${roleArn.slice(roleArn.lastIndexOf('/') + 1)}/BedrockModelInvocation`,
  sessionName: 'BedrockModelInvocation',
  tags: {},
  sessionPolicies: [],
})

function loggedTo(ledger: LedgerView, account: string, region: string) {
  const declared = ledger.all(INVOCATION_LOGGING).find((one) => one.account === account && one.region === region)
  const to = object(object(declared?.outputs ?? {}, 'loggingConfig') ?? {}, 'cloudwatchConfig') ?? {}
  const [group, roleArn] = [text(to, 'logGroupName'), text(to, 'roleArn')]
  return group === undefined || roleArn === undefined ? undefined : { group, roleArn }
}

function recordOf(invocation: Invocation, now: number) {
  const { account, region, operation, modelId, requestId, session, usage } = invocation
  const metadata = invocation.metadata()
  return {
    schemaType: 'ModelInvocationLog',
    schemaVersion: '1.0',
    timestamp: new Date(now * 1000).toISOString(),
    accountId: account,
    region,
    requestId,
    operation,
    modelId,
    identity: { arn: session.arn },
    ...(metadata && { requestMetadata: metadata }),
    input: {
      inputContentType: 'application/json',
      inputTokenCount: usage.inputTokens,
      ...(usage.cacheReadTokens !== undefined && {
        cacheReadInputTokenCount: usage.cacheReadTokens,
        cacheWriteInputTokenCount: writtenTo(usage),
      }),
    },
    output: { outputContentType: 'application/json', outputTokenCount: usage.outputTokens },
  }
}
