/** AWS's query protocol: a form as the request, XML as the answer. */
import { AwsError } from '../../errors.ts'
import type { WireRequest, WireResponse } from '../service.ts'
import type { ErrorFormat } from './protocol.ts'

/** What a form says, lists (`Tags.member.1.Key`) and structures unfolded; all values are text. */
export type QueryValue = string | readonly QueryValue[] | { readonly [name: string]: QueryValue }
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue }

export interface QueryProtocol extends ErrorFormat {
  readonly input: (request: WireRequest) => { readonly operation: string; readonly parameters: unknown }
  readonly respond: (operation: string, result: XmlValue, requestId: string) => WireResponse
}

export function queryProtocol({
  version,
  namespace,
}: {
  readonly version: string
  readonly namespace: string
}): QueryProtocol {
  const send = (status: number, root: string, content: string, requestId: string): WireResponse => ({
    status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: `<${root} xmlns="${namespace}">${content}</${root}>`,
  })
  return {
    signature: {
      missing: { code: 'MissingAuthenticationToken', status: 403 },
      incomplete: { code: 'IncompleteSignature', status: 400 },
      unknownKey: { code: 'InvalidClientTokenId', status: 403 },
      expiredToken: { code: 'ExpiredToken', status: 403 },
      mismatch: { code: 'SignatureDoesNotMatch', status: 403 },
      clock: { code: 'SignatureDoesNotMatch', status: 403 },
    },
    accessDenied: { code: 'AccessDenied', status: 403 },
    input({ method, target, body }) {
      const form = new URLSearchParams(method === 'GET' ? target.split('?')[1] : new TextDecoder().decode(body))
      const { Action, Version, ...parameters } = unfold(form)
      if (typeof Action !== 'string') throw new AwsError('MissingAction', 'The request must name an Action.')
      if (Version !== version)
        throw new AwsError(
          'InvalidAction',
          `Could not find operation ${Action} for version ${String(Version ?? 'NO_VERSION_SPECIFIED')}`,
        )
      return { operation: Action, parameters }
    },
    respond: (operation, result, requestId) =>
      send(
        200,
        `${operation}Response`,
        `<${operation}Result>${xml(result)}</${operation}Result><ResponseMetadata>${xml({ RequestId: requestId })}</ResponseMetadata>`,
        requestId,
      ),
    refuse: ({ code, message, status }, requestId) =>
      send(
        status,
        'ErrorResponse',
        xml({
          Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message },
          RequestId: requestId,
        }),
        requestId,
      ),
  }
}

interface Node {
  value?: string
  readonly children: Map<string, Node>
}

export function unfold(form: URLSearchParams): { readonly [name: string]: QueryValue } {
  const root: Node = { children: new Map() }
  for (const [name, value] of form) {
    let node = root
    for (const part of name.split('.')) {
      const child = node.children.get(part) ?? { children: new Map() }
      node.children.set(part, child)
      node = child
    }
    node.value = value
  }
  return Object.fromEntries([...root.children].map(([name, node]) => [name, unfoldNode(node)]))
}

function unfoldNode({ value, children }: Node): QueryValue {
  if (children.size === 0) return value ?? ''
  // EC2 leaves the word out: `Filter.1.Name`.
  const members = children.get('member')?.children ?? ([...children.keys()].every(isNumber) ? children : undefined)
  if (!members) return Object.fromEntries([...children].map(([name, node]) => [name, unfoldNode(node)]))
  return [...members].sort(([a], [b]) => Number(a) - Number(b)).map(([, node]) => unfoldNode(node))
}

const isList = (value: XmlValue): value is readonly XmlValue[] => Array.isArray(value)

const isNumber = (text: string) => /^\d+$/.test(text)

/** @param member what the items of a list are called; null where each is called as the list */
export function xml(value: XmlValue, member: string | null = 'member'): string {
  if (value === undefined) return ''
  if (isList(value)) return value.map((item) => `<${member}>${xml(item, member)}</${member}>`).join('')
  if (typeof value !== 'object')
    return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .flatMap(([name, item]) =>
      member === null && isList(item) ? item.map((one) => [name, one] as const) : [[name, item] as const],
    )
    .map(([name, item]) => `<${name}>${xml(item, member)}</${name}>`)
    .join('')
}
