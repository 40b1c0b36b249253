/** A viewer's request in the form that a web ACL inspects. */
import type { WireRequest } from '../../wire/service.ts'
import { partsOf } from '../load-balancer/client-request.ts'
import type { Inspected } from '../wafv2/managed-rules.ts'

export function inspectedOf({ method, target, headers, host, body, context }: WireRequest): Inspected {
  return {
    request: {
      method,
      ...partsOf(target),
      host: headers.host ?? host,
      hostName: host,
      headers: Object.entries(headers),
      httpVersion: '2.0',
      protocol: 'https',
      clientAddress: context['aws:SourceIp'] ?? '',
      clientPort: 0,
    },
    bodyBytes: body.byteLength,
  }
}
