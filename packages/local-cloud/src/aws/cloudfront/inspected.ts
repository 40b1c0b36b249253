/** A viewer's request as a web ACL looks at it. */
import type { WireRequest } from '../../wire/service.ts'
import type { Inspected } from '../wafv2/managed-rules.ts'

export function inspectedOf({ method, target, headers, host, body, context }: WireRequest): Inspected {
  const mark = target.indexOf('?')
  const queryString = mark < 0 ? '' : target.slice(mark + 1)
  return {
    request: {
      method,
      path: mark < 0 ? target : target.slice(0, mark),
      queryString,
      query: [...new URLSearchParams(queryString)],
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
