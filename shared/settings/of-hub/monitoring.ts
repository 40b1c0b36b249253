/** Hub settings: records, alarms, and protection from deletion. */
import type { MetricsSink } from '../../choices.ts'
import { none, SINK_ARN, TOPIC_ARN } from '../common.ts'
import type { Setting } from '../setting.ts'
import { simple } from '../shapes.ts'
import { matching, numberIn } from '../values.ts'

/** The retentions that CloudWatch Logs offers, besides keeping everything for ever. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const

export const auditRetentionDays: Setting<number> = {
  type: 'whole number',
  meaning: 'Days for which the audit trail is kept: a line for every decision about a request, of every tenant.',
  allowed: `one of ${RETENTION_DAYS.join(', ')}.`,
  placeholder: '{DAYS}',
  fallback: { value: 365, text: '`365`' },
  parse: numberIn(RETENTION_DAYS),
}

export const alarmTopicArn: Setting<string | undefined> = {
  type: 'text',
  meaning:
    'SNS topic that alarms of the hub and of every tenant notify, when they start and when they are over. Its policy must let CloudWatch publish.',
  allowed: "the ARN of a standard SNS topic in the hub's region, arn:aws:sns:REGION:ACCOUNT:NAME.",
  placeholder: '{ARN}',
  fallback: none,
  parse: matching(TOPIC_ARN, 'the ARN of a standard SNS topic'),
}

export const dashboard = simple(
  { is: 'true or false' },
  {
    meaning:
      'A CloudWatch dashboard of all tenants. Each tenant then has three or four custom metrics with its next `up` (docs/governance.md says what they cost).',
    fallback: false,
  },
)

export const accountMetrics: Setting<MetricsSink | undefined> = {
  type: '`make`, or text',
  meaning:
    "The sink (of CloudWatch's cross-account observability) to which tenants with `shareMetrics` link their accounts, so that the dashboard shows Bedrock's own metrics of these. `make` makes one; if the hub's account has a sink already, give its ARN, because AWS allows an account one in a region.",
  allowed:
    "make, or the ARN of a sink of the hub's account and region, arn:aws:oam:REGION:ACCOUNT:sink/ID; with dashboard.",
  placeholder: '{make or ARN}',
  fallback: none,
  parse: (raw) =>
    raw === 'make'
      ? { kind: 'made' }
      : { kind: 'existing', arn: matching(SINK_ARN, 'make, or the ARN of a sink')(raw) },
}

export const deletionProtection = simple(
  { is: 'true or false' },
  {
    meaning: 'Protects what loses data (user pool, table, logs) from deletion, in AWS and in Pulumi.',
    fallback: true,
  },
)
