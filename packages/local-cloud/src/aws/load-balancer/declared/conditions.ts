/** The conditions of a listener rule, and whether a request meets them. */
import { BlockList, isIPv6 } from 'node:net'
import { UnsupportedError } from '../../../errors.ts'
import type { Properties } from '../../../ledger/ledger.ts'
import { known, object, objects, text, texts } from '../../../resource/values.ts'
import type { ClientRequest } from '../client-request.ts'

export type Condition =
  | { readonly kind: 'path'; readonly patterns: readonly RegExp[] }
  | { readonly kind: 'host'; readonly patterns: readonly RegExp[] }
  | { readonly kind: 'method'; readonly methods: readonly string[] }
  | { readonly kind: 'header'; readonly name: string; readonly patterns: readonly RegExp[] }
  | { readonly kind: 'query'; readonly pairs: readonly { readonly key?: RegExp; readonly value: RegExp }[] }
  | { readonly kind: 'sourceIp'; readonly includes: (address: string) => boolean }

const KNOWN = ['pathPattern', 'hostHeader', 'httpRequestMethod', 'httpHeader', 'queryStrings', 'sourceIp']

export function readConditions(declared: readonly Properties[]): readonly Condition[] {
  return declared.flatMap((condition) => {
    const unknown = Object.keys(condition).find((name) => !KNOWN.includes(name) && condition[name] !== null)
    if (unknown !== undefined) throw new UnsupportedError(`the condition ${unknown} of a listener rule`)
    return [...readValued(condition), ...readQuery(condition)]
  })
}

function* readValued(condition: Properties): Iterable<Condition> {
  const path = object(condition, 'pathPattern')
  if (path) yield { kind: 'path', patterns: valuesOf(path).map((value) => wildcard(value, '')) }
  const host = object(condition, 'hostHeader')
  if (host) yield { kind: 'host', patterns: valuesOf(host).map((value) => wildcard(value, 'i')) }
  const method = object(condition, 'httpRequestMethod')
  if (method) yield { kind: 'method', methods: valuesOf(method) }
  const header = object(condition, 'httpHeader')
  if (header)
    yield {
      kind: 'header',
      name: known(header, 'httpHeaderName').toLowerCase(),
      patterns: valuesOf(header).map((value) => wildcard(value, 'i')),
    }
  const source = object(condition, 'sourceIp')
  if (source) yield { kind: 'sourceIp', includes: addressesIn(valuesOf(source)) }
}

function readQuery(condition: Properties): readonly Condition[] {
  const declared = objects(condition, 'queryStrings')
  if (declared.length === 0) return []
  const pairs = declared.map((pair) => {
    const key = text(pair, 'key')
    return { value: wildcard(known(pair, 'value'), 'i'), ...(key !== undefined && { key: wildcard(key, 'i') }) }
  })
  return [{ kind: 'query', pairs }]
}

function valuesOf(condition: Properties): readonly string[] {
  if (texts(condition, 'regexValues').length > 0)
    throw new UnsupportedError('regexValues in a condition of a listener rule')
  return texts(condition, 'values')
}

/** `*` stands for any number of characters, `?` for exactly one. After a backslash they stand for themselves. */
export function wildcard(pattern: string, flags: '' | 'i'): RegExp {
  const source = pattern.replace(/\\([*?\\])|[*?]|[.+^${}()|[\]\\/]/g, (match, escaped: string | undefined) => {
    if (escaped !== undefined) return `\\${escaped}`
    if (match === '*') return '.*'
    return match === '?' ? '.' : `\\${match}`
  })
  return new RegExp(`^${source}$`, `s${flags}`)
}

/** Whether an address is in one of the blocks. */
export function addressesIn(cidrs: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const cidr of cidrs) {
    const [address = '', prefix] = cidr.split('/')
    list.addSubnet(address, Number(prefix), family(address))
  }
  return (address) => list.check(address, family(address))
}

const family = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4')

export function meets(request: ClientRequest, conditions: readonly Condition[]): boolean {
  return conditions.every((condition) => meetsOne(request, condition))
}

function meetsOne(request: ClientRequest, condition: Condition): boolean {
  switch (condition.kind) {
    case 'path':
      return condition.patterns.some((pattern) => pattern.test(request.path))
    case 'host':
      return condition.patterns.some((pattern) => pattern.test(request.hostName))
    case 'method':
      return condition.methods.includes(request.method)
    case 'header':
      return request.headers.some(
        ([name, value]) => name === condition.name && condition.patterns.some((pattern) => pattern.test(value)),
      )
    case 'query':
      return condition.pairs.some((wanted) =>
        request.query.some(([key, value]) => (wanted.key?.test(key) ?? true) && wanted.value.test(value)),
      )
    case 'sourceIp':
      return condition.includes(request.clientAddress)
  }
}
