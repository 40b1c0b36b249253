/**
 * The checks of values that the AWS provider makes before it calls AWS. They make a preview fail, with the name of the property. Rows make the
 * same checks when a resource is made, because a value may be unknown before.
 */

import { RETENTIONS } from '../../aws/logs/resources/log-group.ts'
import { parseCidr } from '../../cidr.ts'
import type { Properties, Value } from '../../ledger/ledger.ts'
import { UNKNOWN } from '../wire-values.ts'

export interface ValueProblem {
  /** The path of the input: `passwordPolicy.minimumLength`. */
  readonly property: string
  readonly reason: string
}

/** Returns what is expected instead, or undefined for a valid value. */
type Check = (value: Value) => string | undefined

const between =
  (least: number, most: number): Check =>
  (value) =>
    typeof value === 'number' && value >= least && value <= most ? undefined : `a number from ${least} to ${most}`

const oneOf =
  (...allowed: readonly (string | number)[]): Check =>
  (value) =>
    allowed.some((one) => one === value) ? undefined : `one of ${allowed.join(', ')}`

const atMost =
  (length: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= length ? undefined : `a text of at most ${length} characters`

const matching =
  (pattern: RegExp, what: string): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? undefined : what

const arn = matching(/^arn:aws[\w-]*:[\w-]+:/, 'an ARN')

const json: Check = (value) => {
  try {
    if (typeof value === 'string') JSON.parse(value)
    return typeof value === 'string' ? undefined : 'a JSON document'
  } catch {
    return 'a JSON document'
  }
}

/** A block whose prefix is in this range. */
const block =
  (largest: number, smallest: number): Check =>
  (value) => {
    const expected = `a CIDR block of /${largest} to /${smallest}`
    try {
      const { prefix } = parseCidr(String(value))
      return prefix >= largest && prefix <= smallest ? undefined : expected
    } catch {
      return expected
    }
  }

const ROLE_NAME = matching(/^[\w+=,.@-]{1,64}$/, 'a name of 1 to 64 characters of letters, digits and _+=,.@-')

const CHECKS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  'aws:cloudwatch/logGroup:LogGroup': { retentionInDays: oneOf(...RETENTIONS) },
  'aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter': {
    destinationArn: arn,
    distribution: oneOf('ByLogStream', 'Random'),
    filterPattern: atMost(1024),
  },
  'aws:cognito/userPool:UserPool': {
    mfaConfiguration: oneOf('OFF', 'ON', 'OPTIONAL'),
    'passwordPolicy.minimumLength': between(6, 99),
    'passwordPolicy.passwordHistorySize': between(0, 24),
    'passwordPolicy.temporaryPasswordValidityDays': between(0, 365),
  },
  'aws:ec2/flowLog:FlowLog': {
    iamRoleArn: arn,
    maxAggregationInterval: oneOf(60, 600),
    trafficType: oneOf('ACCEPT', 'REJECT', 'ALL'),
  },
  'aws:ec2/subnet:Subnet': { cidrBlock: block(16, 28) },
  'aws:ec2/vpc:Vpc': { cidrBlock: block(16, 28), instanceTenancy: oneOf('default', 'dedicated') },
  'aws:iam/policy:Policy': { policy: json },
  'aws:iam/role:Role': { assumeRolePolicy: json, maxSessionDuration: between(3600, 43_200), name: ROLE_NAME },
  'aws:iam/rolePolicy:RolePolicy': { policy: json },
  'aws:lambda/function:Function': {
    memorySize: between(128, 10_240),
    packageType: oneOf('Zip', 'Image'),
    role: arn,
    timeout: between(1, 900),
  },
  'aws:lb/listenerRule:ListenerRule': { priority: between(1, 50_000) },
  'aws:lb/targetGroup:TargetGroup': {
    'healthCheck.interval': between(5, 300),
    'healthCheck.timeout': between(2, 120),
    targetType: oneOf('instance', 'ip', 'lambda', 'alb'),
  },
  'aws:wafv2/webAcl:WebAcl': { description: atMost(256), scope: oneOf('REGIONAL', 'CLOUDFRONT') },
}

/** All values that the provider itself refuses. Unknown values are not checked. */
export function valueProblems(type: string, inputs: Properties): readonly ValueProblem[] {
  return Object.entries(CHECKS[type] ?? {}).flatMap(([property, check]): ValueProblem[] => {
    const value = property.split('.').reduce<Value | undefined>((from, name) => fieldOf(from, name), inputs)
    if (value === undefined || value === null || value === UNKNOWN) return []
    const expected = check(value)
    return expected === undefined ? [] : [{ property, reason: `expected ${property} of ${type} to be ${expected}` }]
  })
}

const fieldOf = (from: Value | undefined, name: string): Value | undefined =>
  typeof from === 'object' && from !== null && !Array.isArray(from) ? (from as Properties)[name] : undefined
