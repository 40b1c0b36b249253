/** Compares the account's invocation log with the trail, record by record. The request metadata that the gateway sets connects the two. */
import { type BedrockClient, GetModelInvocationLoggingConfigurationCommand } from '@aws-sdk/client-bedrock'
import { type CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs'
import { REQUEST_METADATA } from '../../shared/audit-line.ts'
import { isMap } from '../../shared/is-map.ts'
import type { TrailRecord } from '../audit/trail.ts'
import type { Span } from './bedrock-counts.ts'
import { type Counts, countsOf, KIND_NAMES, NOTHING, plus } from './counts.ts'
import type { AccountUnit } from './reconcile.ts'
import { isOfModel } from './report.ts'

export interface LogRecord extends Counts {
  readonly modelId: string
  /** Bedrock's own id of the request. */
  readonly requestId: string
  /** ARN of the caller. */
  readonly identity: string
  /** The gateway's request id and tenant; absent for a call that did not come through it. */
  readonly request?: string
  readonly tenant?: string
}

/** @returns undefined if the account writes none to CloudWatch Logs */
export async function invocationLogGroup(bedrock: BedrockClient): Promise<string | undefined> {
  const { loggingConfig } = await bedrock.send(new GetModelInvocationLoggingConfigurationCommand({}))
  return loggingConfig?.cloudWatchConfig?.logGroupName
}

export async function readInvocationLog(
  client: CloudWatchLogsClient,
  logGroupName: string,
  { from, to }: Span,
): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = []
  const pages = paginateFilterLogEvents({ client }, { logGroupName, startTime: from, endTime: to - 1 })
  for await (const { events = [] } of pages)
    for (const { message = '' } of events) {
      const record = logRecord(message)
      if (record) records.push(record)
    }
  return records
}

/** @returns undefined if the text is not a record, for example a part of a long record that Bedrock stores elsewhere */
export function logRecord(message: string): LogRecord | undefined {
  let value: unknown
  try {
    value = JSON.parse(message)
  } catch {
    return undefined
  }
  if (!isMap(value) || value.schemaType !== 'ModelInvocationLog') return undefined
  const text = (of: unknown, name: string) => (isMap(of) && typeof of[name] === 'string' ? of[name] : undefined)
  const number = (of: unknown, name: string) => (isMap(of) && typeof of[name] === 'number' ? of[name] : 0)
  const { input, output, requestMetadata: metadata } = value
  const request = text(metadata, REQUEST_METADATA.request)
  const tenant = text(metadata, REQUEST_METADATA.tenant)
  return {
    modelId: text(value, 'modelId') ?? '',
    requestId: text(value, 'requestId') ?? '',
    identity: text(value.identity, 'arn') ?? '',
    inputTokens: number(input, 'inputTokenCount'),
    outputTokens: number(output, 'outputTokenCount'),
    cacheReadInputTokens: number(input, 'cacheReadInputTokenCount'),
    cacheWriteInputTokens: number(input, 'cacheWriteInputTokenCount'),
    ...(request !== undefined && { request }),
    ...(tenant !== undefined && { tenant }),
  }
}

export interface RecordFinding {
  readonly what: 'past the gateway' | 'not in the trail' | 'other tokens'
  readonly account: string
  /** The gateway's request id if there is one, otherwise Bedrock's. */
  readonly requestId: string
  readonly model: string
  readonly identity: string
  readonly logged: Counts
  readonly recorded?: Counts
}

export interface RecordComparison {
  readonly account: string
  readonly logged: number
  readonly equal: number
  /** Requests for which the trail has no tokens of Bedrock's: because they were estimated, or have no end. */
  readonly unknown: number
  readonly findings: readonly RecordFinding[]
}

/** Several records of one request, for example of several texts, are summed. */
export function compareRecords(
  { account, tenants }: AccountUnit,
  log: readonly LogRecord[],
  trail: readonly TrailRecord[],
): RecordComparison {
  const recorded = new Map<string, TrailRecord>()
  for (const record of trail)
    if (record.claimed === undefined && isOfModel(record) && tenants.includes(record.tenant)) {
      const key = `${record.tenant} ${record.requestId}`
      if (record.phase !== 'admission' || !recorded.has(key)) recorded.set(key, record)
    }
  const findings: RecordFinding[] = []
  const requests = new Map<string, { readonly first: LogRecord; sum: Counts }>()
  for (const one of log) {
    if (one.request === undefined) {
      findings.push(findingOf('past the gateway', account, one, one))
      continue
    }
    const key = `${one.tenant} ${one.request}`
    const known = requests.get(key)
    requests.set(key, { first: known?.first ?? one, sum: plus(known?.sum ?? NOTHING, one) })
  }
  let [equal, unknown] = [0, 0]
  for (const [key, { first, sum }] of requests) {
    const record = recorded.get(key)
    if (!record) findings.push(findingOf('not in the trail', account, first, sum))
    else if (record.inputTokens === undefined || record.usageIs === 'estimated') unknown += 1
    else {
      const own = countsOf(record)
      if (KIND_NAMES.every((kind) => own[kind] === sum[kind])) equal += 1
      else findings.push({ ...findingOf('other tokens', account, first, sum), recorded: own })
    }
  }
  return { account, logged: log.length, equal, unknown, findings }
}

const findingOf = (what: RecordFinding['what'], account: string, of: LogRecord, logged: Counts): RecordFinding => ({
  what,
  account,
  requestId: of.request ?? of.requestId,
  model: of.modelId,
  identity: of.identity,
  logged: plus(NOTHING, logged),
})
