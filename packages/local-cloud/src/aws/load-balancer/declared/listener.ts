/**
 * The current declaration of a listener, with its load balancer, rules and target groups, as typed values. What is not supported is an error
 * that names it.
 */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { Declared, LedgerView, Properties, Value } from '../../../ledger/ledger.ts'
import { flag, known, number, objects, text } from '../../../resource/values.ts'
import { type Action, readActions } from './actions.ts'
import { type Balancer, readBalancer } from './balancer.ts'
import { type Condition, readConditions } from './conditions.ts'

export interface Rule {
  readonly arn: string | 'default'
  /** `Infinity` for the default rule. */
  readonly priority: number
  readonly conditions: readonly Condition[]
  /** In the declared order. */
  readonly actions: readonly Action[]
}

/** A listener without its rules: what is needed to open a connection. */
export interface Binding {
  readonly arn: string
  readonly port: number
  readonly tls?: { readonly certificateArn: string; readonly minVersion: 'TLSv1.2' | 'TLSv1.3' }
  readonly balancer: Balancer
  /** Headers that every answer gets. They replace headers of the target. */
  readonly headers: Readonly<Record<string, string>>
  readonly serverHeader: boolean
}

export interface Listener extends Binding {
  /** Sorted by priority; the default rule comes last. */
  readonly rules: readonly Rule[]
}

const LISTENER = 'aws:lb/listener:Listener'

/** @throws AwsError ListenerNotFound; UnsupportedError */
export function readBinding(ledger: LedgerView, arn: string): Binding {
  const { outputs } = findListener(ledger, arn)
  for (const name of ['mutualAuthentication', 'alpnPolicy'])
    if (isSet(outputs[name])) throw new UnsupportedError(`the input ${name} of a load balancer's listener`)
  const protocol = protocolOf(outputs)
  return {
    arn,
    port: number(outputs, 'port') ?? (protocol === 'HTTPS' ? 443 : 80),
    ...(protocol === 'HTTPS' && {
      tls: { certificateArn: known(outputs, 'certificateArn'), minVersion: minVersion(text(outputs, 'sslPolicy')) },
    }),
    balancer: readBalancer(ledger, known(outputs, 'loadBalancerArn')),
    headers: responseHeaders(outputs),
    serverHeader: flag(outputs, 'routingHttpResponseServerEnabled') ?? true,
  }
}

/** @throws AwsError ListenerNotFound; UnsupportedError */
export const readListener = (ledger: LedgerView, arn: string): Listener => withRules(ledger, readBinding(ledger, arn))

/**
 * Adds the rules to a binding that was read already.
 * @throws AwsError ListenerNotFound; UnsupportedError
 */
export function withRules(ledger: LedgerView, binding: Binding): Listener {
  const { arn } = binding
  const { outputs } = findListener(ledger, arn)
  const protocol = protocolOf(outputs)
  const rules = rulesOf(ledger.where('aws:lb/listenerRule:ListenerRule', 'listenerArn', arn), protocol)
  const fallback: Rule = {
    arn: 'default',
    priority: Number.POSITIVE_INFINITY,
    conditions: [],
    actions: readActions(objects(outputs, 'defaultActions'), protocol),
  }
  return { ...binding, rules: [...rules, fallback] }
}

type Protocol = 'HTTP' | 'HTTPS'

/** Parsed rules, by resource object: an unchanged resource is not parsed again. */
const read = new WeakMap<Declared, Partial<Record<Protocol, Rule>>>()
/** Sorted rules. The cache is keyed by the list's identity; a rule change makes a new list. */
const sorted = new WeakMap<readonly Declared[], Partial<Record<Protocol, readonly Rule[]>>>()

function rulesOf(declared: readonly Declared[], protocol: Protocol): readonly Rule[] {
  const kept = sorted.get(declared)?.[protocol]
  if (kept) return kept
  const rules = declared.map((rule) => ruleOf(rule, protocol)).sort((a, b) => a.priority - b.priority)
  sorted.set(declared, { ...sorted.get(declared), [protocol]: rules })
  return rules
}

function ruleOf(declared: Declared, protocol: Protocol): Rule {
  const kept = read.get(declared)?.[protocol]
  if (kept) return kept
  const { outputs } = declared
  if (objects(outputs, 'transforms').length > 0) throw new UnsupportedError('transforms of a listener rule')
  const rule: Rule = {
    arn: known(outputs, 'arn'),
    priority: priorityOf(outputs),
    conditions: readConditions(objects(outputs, 'conditions')),
    actions: readActions(objects(outputs, 'actions'), protocol),
  }
  read.set(declared, { ...read.get(declared), [protocol]: rule })
  return rule
}

function findListener(ledger: LedgerView, arn: string): Declared {
  const declared = ledger.findBy(LISTENER, 'arn', arn)
  if (!declared) throw new AwsError('ListenerNotFound', `The listener ${arn} is not declared.`)
  return declared
}

function protocolOf(outputs: Properties): Protocol {
  const protocol = known(outputs, 'protocol')
  if (protocol !== 'HTTP' && protocol !== 'HTTPS') throw new UnsupportedError(`a listener of the protocol ${protocol}`)
  return protocol
}

function priorityOf(outputs: Properties): number {
  const priority = outputs.priority
  const value = typeof priority === 'string' ? Number(priority) : priority
  if (typeof value !== 'number' || !Number.isInteger(value)) throw new Error('A listener rule has no priority.')
  return value
}

/** The lowest TLS version of a policy. Node has no TLS below 1.2, so a policy that allows older versions means 1.2 here. */
function minVersion(policy = 'ELBSecurityPolicy-2016-08'): 'TLSv1.2' | 'TLSv1.3' {
  if (/^ELBSecurityPolicy-TLS13-1-3-/.test(policy)) return 'TLSv1.3'
  if (/^ELBSecurityPolicy-(2016-08|TLS13-1-[0-2]-|TLS-1-2-|FS-)/.test(policy)) return 'TLSv1.2'
  throw new UnsupportedError(`the TLS policy ${policy}`)
}

const RESPONSE_HEADERS: Readonly<Record<string, string>> = {
  routingHttpResponseAccessControlAllowCredentialsHeaderValue: 'access-control-allow-credentials',
  routingHttpResponseAccessControlAllowHeadersHeaderValue: 'access-control-allow-headers',
  routingHttpResponseAccessControlAllowMethodsHeaderValue: 'access-control-allow-methods',
  routingHttpResponseAccessControlAllowOriginHeaderValue: 'access-control-allow-origin',
  routingHttpResponseAccessControlExposeHeadersHeaderValue: 'access-control-expose-headers',
  routingHttpResponseAccessControlMaxAgeHeaderValue: 'access-control-max-age',
  routingHttpResponseContentSecurityPolicyHeaderValue: 'content-security-policy',
  routingHttpResponseStrictTransportSecurityHeaderValue: 'strict-transport-security',
  routingHttpResponseXContentTypeOptionsHeaderValue: 'x-content-type-options',
  routingHttpResponseXFrameOptionsHeaderValue: 'x-frame-options',
}

function responseHeaders(outputs: Properties): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const name of Object.keys(outputs)) {
    if (!name.startsWith('routingHttp') || name === 'routingHttpResponseServerEnabled' || !isSet(outputs[name]))
      continue
    const header = RESPONSE_HEADERS[name]
    if (header === undefined) throw new UnsupportedError(`the input ${name} of a load balancer's listener`)
    headers[header] = known(outputs, name)
  }
  return headers
}

const isSet = (value: Value | undefined) =>
  value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
