/** AWS WAF in front of a load balancer or a distribution: evaluates the web ACL's rules by priority. */
import { UnsupportedError } from '../../errors.ts'
import type { Declared, LedgerView, Properties } from '../../ledger/ledger.ts'
import { known, number, object, objects, text, texts } from '../../resource/values.ts'
import { DISTRIBUTION } from '../cloudfront/names.ts'
import { type Answer, page } from '../load-balancer/answer.ts'
import type { ClientRequest } from '../load-balancer/client-request.ts'
import { addressesIn } from '../load-balancer/declared/conditions.ts'
import { type Inspected, MANAGED_GROUPS } from './managed-rules.ts'
import { RateCounters } from './rate-counters.ts'
import { IP_SET } from './resources/ip-set.ts'

/** A rule's own response, or the default page. */
interface Block {
  readonly kind: 'block'
  readonly answer: Answer
}
type Outcome = Block | { readonly kind: 'allow' } | { readonly kind: 'count' }

interface FirewallRule {
  readonly priority: number
  readonly decide: (inspected: Inspected, now: number) => Outcome | undefined
}

interface AccessList {
  readonly version: number
  readonly rules: readonly FirewallRule[]
  readonly fallback: Outcome
}

const SECONDS_OF_A_WINDOW = [60, 120, 300, 600]

export class Firewall {
  readonly #ledger: LedgerView
  readonly #counters = new RateCounters()
  readonly #lists = new Map<string, AccessList | undefined>()
  #version = -1

  constructor(ledger: LedgerView) {
    this.#ledger = ledger
  }

  /**
   * @returns the response to a request that is blocked; undefined for a request that passes
   * @throws UnsupportedError for rules that are not supported
   */
  block(protectedArn: string, inspected: Inspected, now: number): Answer | undefined {
    const list = this.#list(protectedArn)
    if (!list) return undefined
    for (const rule of list.rules) {
      const outcome = rule.decide(inspected, now)
      if (outcome?.kind === 'block') return outcome.answer
      if (outcome?.kind === 'allow') return undefined
    }
    return list.fallback.kind === 'block' ? list.fallback.answer : undefined
  }

  /** @throws UnsupportedError if the web ACL has something that is not supported */
  check(protectedArn: string): void {
    this.#list(protectedArn)
  }

  #list(protectedArn: string): AccessList | undefined {
    const { version } = this.#ledger
    if (version !== this.#version) {
      this.#lists.clear()
      this.#version = version
    }
    if (!this.#lists.has(protectedArn)) {
      const arn = this.#aclOf(protectedArn)
      const acl = arn === undefined ? undefined : this.#ledger.findBy('aws:wafv2/webAcl:WebAcl', 'arn', arn)
      if (arn !== undefined && !acl) throw new Error(`The web ACL ${arn} is associated but not declared.`)
      this.#lists.set(protectedArn, acl && this.#read(acl, protectedArn))
    }
    return this.#lists.get(protectedArn)
  }

  /** A load balancer gets its web ACL by an association; a distribution names it in an input. */
  #aclOf(protectedArn: string): string | undefined {
    const association = this.#ledger.findBy(
      'aws:wafv2/webAclAssociation:WebAclAssociation',
      'resourceArn',
      protectedArn,
    )
    if (association) return known(association.outputs, 'webAclArn')
    const distribution = this.#ledger.findBy(DISTRIBUTION, 'arn', protectedArn)
    return distribution && text(distribution.inputs, 'webAclId')
  }

  #read({ outputs }: Declared, protectedArn: string): AccessList {
    if (text(outputs, 'ruleJson') !== undefined) throw new UnsupportedError('ruleJson of a web ACL')
    const bodies = objects(outputs, 'customResponseBodies')
    const rules = objects(outputs, 'rules').map((rule): FirewallRule => {
      const priority = number(rule, 'priority') ?? 0
      const statement = object(rule, 'statement') ?? {}
      const kinds = Object.keys(statement).filter((name) => statement[name] !== null)
      const [kind] = kinds
      if (kind === 'rateBasedStatement' && kinds.length === 1) {
        const rate = object(statement, kind) ?? {}
        return { priority, decide: this.#rateRule(rule, rate, bodies, protectedArn) }
      }
      if (kind === 'managedRuleGroupStatement' && kinds.length === 1)
        return { priority, decide: managedGroup(rule, object(statement, kind) ?? {}) }
      throw new UnsupportedError(`the statement ${kinds.join(', ')} of a web ACL's rule`)
    })
    return {
      version: this.#version,
      rules: rules.sort((a, b) => a.priority - b.priority),
      fallback: readAction(object(outputs, 'defaultAction') ?? {}, bodies),
    }
  }

  #rateRule(
    rule: Properties,
    rate: Properties,
    bodies: readonly Properties[],
    protectedArn: string,
  ): FirewallRule['decide'] {
    const aggregate = text(rate, 'aggregateKeyType') ?? 'IP'
    if (aggregate !== 'IP' && aggregate !== 'CUSTOM_KEYS') throw new UnsupportedError(`a rate rule by ${aggregate}`)
    if (object(rate, 'forwardedIpConfig')) throw new UnsupportedError('forwardedIpConfig of a rate rule')
    const keyOf = readKey(objects(rate, 'customKeys'))
    const isInScope = this.#scope(object(rate, 'scopeDownStatement'))
    const window = number(rate, 'evaluationWindowSec') ?? 300
    if (!SECONDS_OF_A_WINDOW.includes(window)) throw new UnsupportedError(`a rate rule over ${window} seconds`)
    const limit = number(rate, 'limit')
    if (limit === undefined) throw new UnsupportedError('a rate rule without a limit')
    const action = readAction(object(rule, 'action') ?? {}, bodies)
    const name = `${protectedArn} ${known(rule, 'name')}`
    return ({ request }, now) => {
      const key = keyOf(request)
      if (key === undefined || !isInScope(request)) return undefined
      return this.#counters.add(name, key, window, now) > limit ? action : undefined
    }
  }

  /** Which requests a rate-based rule counts. */
  #scope(statement: Properties | undefined): (request: ClientRequest) => boolean {
    if (!statement) return () => true
    const [kind, another] = Object.keys(statement).filter((name) => statement[name] !== null)
    if (another === undefined && kind === 'notStatement') {
      const negated = this.#scope(object(object(statement, kind) ?? {}, 'statement') ?? {})
      return (request) => !negated(request)
    }
    if (another !== undefined || kind !== 'ipSetReferenceStatement')
      throw new UnsupportedError(`the scopeDownStatement ${kind ?? '(none)'} of a rate rule`)
    const arn = known(object(statement, kind) ?? {}, 'arn')
    const set = this.#ledger.findBy(IP_SET, 'arn', arn)
    if (!set) throw new Error(`The IP set ${arn} is named but not declared.`)
    const isInSet = addressesIn(texts(set.outputs, 'addresses'))
    return ({ clientAddress }) => isInSet(clientAddress)
  }
}

/** The key by which a rate-based rule counts: the source address, or headers. A request that lacks one of these headers is not counted. */
function readKey(keys: readonly Properties[]): (request: ClientRequest) => string | undefined {
  if (keys.length === 0) return ({ clientAddress }) => clientAddress
  const names = keys.map((key) => {
    const header = object(key, 'header')
    const others = Object.keys(key).filter((name) => name !== 'header' && key[name] !== null)
    if (!header || others.length > 0) throw new UnsupportedError(`the custom key ${others.join(', ')} of a rate rule`)
    for (const { type } of objects(header, 'textTransformations'))
      if (type !== 'NONE') throw new UnsupportedError(`the text transformation ${String(type)} of a rate rule`)
    return known(header, 'name').toLowerCase()
  })
  return ({ headers }) => {
    const values = names.map((wanted) => headers.find(([name]) => name === wanted)?.[1])
    return values.includes(undefined) ? undefined : JSON.stringify(values)
  }
}

function managedGroup(rule: Properties, statement: Properties): FirewallRule['decide'] {
  const name = known(statement, 'name')
  const group = known(statement, 'vendorName') === 'AWS' ? MANAGED_GROUPS[name] : undefined
  if (!group) throw new UnsupportedError(`the managed rule group ${known(statement, 'vendorName')} ${name}`)
  for (const part of ['scopeDownStatement', 'managedRuleGroupConfigs'])
    if (object(statement, part) || objects(statement, part).length > 0)
      throw new UnsupportedError(`${part} of the managed rule group ${name}`)
  const countAll = object(object(rule, 'overrideAction') ?? {}, 'count') !== undefined
  const overrides = new Map(
    objects(statement, 'ruleActionOverrides').map((override) => {
      const overridden = known(override, 'name')
      if (!(overridden in group)) throw new UnsupportedError(`the rule ${overridden} of the managed rule group ${name}`)
      return [overridden, readAction(object(override, 'actionToUse') ?? {}, [])]
    }),
  )
  const block: Block = { kind: 'block', answer: blocked() }
  return (inspected) => {
    for (const [ruleName, matches] of Object.entries(group)) {
      if (matches === 'unpublished' || !matches(inspected)) continue
      const outcome = overrides.get(ruleName) ?? block
      if (outcome.kind !== 'count') return countAll ? { kind: 'count' } : outcome
    }
    return undefined
  }
}

const blocked = (): Answer => page(403, 'WAF')

function readAction(action: Properties, bodies: readonly Properties[]): Outcome {
  const [kind, another] = Object.keys(action).filter((name) => action[name] !== null)
  if (another !== undefined || (kind !== 'allow' && kind !== 'block' && kind !== 'count'))
    throw new UnsupportedError(`the action ${kind ?? '(none)'} of a web ACL`)
  if (kind !== 'block') {
    const custom = object(object(action, kind) ?? {}, 'customRequestHandling')
    if (custom) throw new UnsupportedError('customRequestHandling of a web ACL')
    return { kind }
  }
  const custom = object(object(action, 'block') ?? {}, 'customResponse')
  return { kind, answer: custom ? customAnswer(custom, bodies) : blocked() }
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  APPLICATION_JSON: 'application/json',
  TEXT_HTML: 'text/html',
  TEXT_PLAIN: 'text/plain',
}

function customAnswer(custom: Properties, bodies: readonly Properties[]): Answer {
  const key = text(custom, 'customResponseBodyKey')
  const body = bodies.find((one) => text(one, 'key') === key)
  if (key !== undefined && !body)
    throw new UnsupportedError(`the response body ${key}, which the web ACL does not have`)
  const type = body && CONTENT_TYPES[known(body, 'contentType')]
  return {
    status: number(custom, 'responseCode') ?? 403,
    headers: [
      ...(type === undefined ? [] : [['content-type', type] as const]),
      ...objects(custom, 'responseHeaders').map(
        (one) => [known(one, 'name').toLowerCase(), known(one, 'value')] as const,
      ),
    ],
    body: body ? known(body, 'content') : '',
    errorReason: 'WAF',
  }
}
