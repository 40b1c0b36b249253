/** The current declaration of a load balancer: what applies to all of its listeners. */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { LedgerView, Properties } from '../../../ledger/ledger.ts'
import { flag, known, number, object, text } from '../../../resource/values.ts'
import { DEFAULT_CLIENT_KEEP_ALIVE_SECONDS, DEFAULT_IDLE_SECONDS } from '../constants.ts'

export interface Balancer {
  readonly arn: string
  readonly dnsName: string
  readonly account: string
  readonly region: string
  readonly idleTimeoutSeconds: number
  readonly clientKeepAliveSeconds: number
  readonly dropInvalidHeaderFields: boolean
  readonly desyncMitigationMode: 'monitor' | 'defensive' | 'strictest'
  readonly http2: boolean
  /** What happens to the client's own `X-Forwarded-For`. */
  readonly forwardedFor: 'append' | 'preserve' | 'remove'
  readonly accessLogs?: { readonly bucket: string; readonly prefix: string }
}

/** @throws AwsError LoadBalancerNotFound; UnsupportedError */
export function readBalancer(ledger: LedgerView, arn: string): Balancer {
  const declared = ledger.findBy('aws:lb/loadBalancer:LoadBalancer', 'arn', arn)
  if (!declared) throw new AwsError('LoadBalancerNotFound', `The load balancer ${arn} is not declared.`)
  const { outputs, account, region } = declared
  for (const name of ['enableXffClientPort', 'enableTlsVersionAndCipherSuiteHeaders', 'preserveHostHeader'])
    if (outputs[name] === true) throw new UnsupportedError(`the input ${name} of a load balancer`)
  const logs = object(outputs, 'accessLogs')
  return {
    arn,
    dnsName: known(outputs, 'dnsName'),
    account,
    region,
    idleTimeoutSeconds: number(outputs, 'idleTimeout') ?? DEFAULT_IDLE_SECONDS,
    clientKeepAliveSeconds: number(outputs, 'clientKeepAlive') ?? DEFAULT_CLIENT_KEEP_ALIVE_SECONDS,
    dropInvalidHeaderFields: flag(outputs, 'dropInvalidHeaderFields') ?? false,
    desyncMitigationMode: oneOf(outputs, 'desyncMitigationMode', ['defensive', 'strictest', 'monitor']),
    http2: flag(outputs, 'enableHttp2') ?? true,
    forwardedFor: oneOf(outputs, 'xffHeaderProcessingMode', ['append', 'preserve', 'remove']),
    ...(logs &&
      flag(logs, 'enabled') === true && {
        accessLogs: { bucket: known(logs, 'bucket'), prefix: text(logs, 'prefix') ?? '' },
      }),
  }
}

/** Reads an output that must be one of these values; the first one is the default. */
function oneOf<T extends string>(outputs: Properties, name: string, values: readonly [T, ...T[]]): T {
  const given = text(outputs, name) ?? values[0]
  const found = values.find((value) => value === given)
  if (found === undefined) throw new UnsupportedError(`${name} ${given} of a load balancer`)
  return found
}
