/** The current declaration of a target group, whose target is a function or addresses. */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { LedgerView } from '../../../ledger/ledger.ts'
import { flag, known, number, object, text } from '../../../resource/values.ts'
import { TARGET_GROUP } from '../listener-actions.ts'

export interface FunctionGroup {
  readonly kind: 'function'
  readonly arn: string
  readonly account: string
  readonly multiValueHeaders: boolean
  /** Absent while no function is registered. */
  readonly functionArn?: string
}

export interface HealthCheck {
  readonly path: string
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
  readonly matches: (status: number) => boolean
}

export interface AddressGroup {
  readonly kind: 'addresses'
  readonly arn: string
  readonly port: number
  readonly deregistrationDelaySeconds: number
  readonly healthCheck: HealthCheck
  /** Whether the target with the fewest running requests gets the next one. Otherwise the targets take turns. */
  readonly leastOutstanding: boolean
  /** Targets that are declared one by one. The runtime registers the tasks of a service. */
  readonly attached: readonly { readonly address: string; readonly port: number }[]
}

/** @throws AwsError TargetGroupNotFound; UnsupportedError */
export function readTargetGroup(ledger: LedgerView, arn: string): FunctionGroup | AddressGroup {
  const declared = ledger.findBy(TARGET_GROUP, 'arn', arn)
  if (!declared) throw new AwsError('TargetGroupNotFound', `The target group ${arn} is not declared.`)
  const { outputs, account } = declared
  const targetType = text(outputs, 'targetType') ?? 'instance'
  const attachments = ledger.where('aws:lb/targetGroupAttachment:TargetGroupAttachment', 'targetGroupArn', arn)
  const health = object(outputs, 'healthCheck') ?? {}
  if (targetType === 'ip') {
    const port = number(outputs, 'port') ?? 80
    return {
      kind: 'addresses',
      arn,
      port,
      deregistrationDelaySeconds: Number(outputs.deregistrationDelay ?? 300),
      healthCheck: {
        path: text(health, 'path') ?? '/',
        intervalSeconds: number(health, 'interval') ?? 30,
        timeoutSeconds: number(health, 'timeout') ?? 5,
        healthyThreshold: number(health, 'healthyThreshold') ?? 5,
        unhealthyThreshold: number(health, 'unhealthyThreshold') ?? 2,
        matches: matcherOf(text(health, 'matcher') ?? '200'),
      },
      leastOutstanding: text(outputs, 'loadBalancingAlgorithmType') === 'least_outstanding_requests',
      attached: attachments.map((one) => ({
        address: known(one.outputs, 'targetId'),
        port: number(one.outputs, 'port') ?? port,
      })),
    }
  }
  if (targetType !== 'lambda') throw new UnsupportedError(`target groups of the type ${targetType}`)
  if (flag(health, 'enabled') === true) throw new UnsupportedError('health checks of a Lambda target group')
  if (attachments.length > 1)
    throw new AwsError('TooManyTargets', `The target group ${arn} has more than one function.`)
  const [only] = attachments
  return {
    kind: 'function',
    arn,
    account,
    multiValueHeaders: flag(outputs, 'lambdaMultiValueHeadersEnabled') ?? false,
    ...(only && { functionArn: known(only.outputs, 'targetId') }),
  }
}

/** Parses `200`, `200,202` or `200-299`. */
function matcherOf(matcher: string): HealthCheck['matches'] {
  const ranges = matcher.split(',').map((part) => part.split('-').map(Number))
  return (status) => ranges.some(([least = 0, most = least]) => status >= least && status <= most)
}
