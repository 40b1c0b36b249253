/** Applies a response headers policy to an answer. */
import type { LedgerView, Properties } from '../../ledger/ledger.ts'
import { flag, known, number, object, objects } from '../../resource/values.ts'
import { RESPONSE_HEADERS_POLICY } from './names.ts'

type Headers = Readonly<Record<string, string>>

/** @param policyId absent if the behaviour has no policy */
export function withResponseHeaders(ledger: LedgerView, policyId: string | undefined, headers: Headers): Headers {
  const policy = policyId === undefined ? undefined : ledger.find(RESPONSE_HEADERS_POLICY, policyId)
  if (!policy) return headers
  const removed = objects(object(policy.inputs, 'removeHeadersConfig') ?? {}, 'items').map((one) =>
    known(one, 'header').toLowerCase(),
  )
  const result = Object.fromEntries(Object.entries(headers).filter(([name]) => !removed.includes(name)))
  for (const [name, value, override] of added(policy.inputs)) if (override || !(name in result)) result[name] = value
  return result
}

function added(inputs: Properties): readonly (readonly [name: string, value: string, override: boolean])[] {
  const security = object(inputs, 'securityHeadersConfig') ?? {}
  const part = (name: string, header: string, say: (part: Properties) => string) => {
    const found = object(security, name)
    return found ? [[header, say(found), flag(found, 'override') === true] as const] : []
  }
  const custom = objects(object(inputs, 'customHeadersConfig') ?? {}, 'items')
  return [
    ...part('contentSecurityPolicy', 'content-security-policy', (one) => known(one, 'contentSecurityPolicy')),
    ...part('contentTypeOptions', 'x-content-type-options', () => 'nosniff'),
    ...part('frameOptions', 'x-frame-options', (one) => known(one, 'frameOption')),
    ...part('referrerPolicy', 'referrer-policy', (one) => known(one, 'referrerPolicy')),
    ...part('strictTransportSecurity', 'strict-transport-security', transportSecurity),
    ...custom.map(
      (one) => [known(one, 'header').toLowerCase(), known(one, 'value'), flag(one, 'override') === true] as const,
    ),
  ]
}

const transportSecurity = (one: Properties): string =>
  [
    `max-age=${number(one, 'accessControlMaxAgeSec') ?? 0}`,
    ...(flag(one, 'includeSubdomains') === true ? ['includeSubDomains'] : []),
    ...(flag(one, 'preload') === true ? ['preload'] : []),
  ].join('; ')
