/** Paths, hosts and headers that should lead the first tenant's genuine token to the second tenant. */
import type { Attempt } from '../attempt.ts'
import type { Layer } from '../layers.ts'
import { http2 } from './http2.ts'
import { type PathAttempt, smuggling } from './smuggling.ts'

const BODY = JSON.stringify({ prompt: 'Who are you?' })
const CONVERSE = JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'Who are you?' }] }] })

/** The path alone is odd. */
const at =
  (target: string, headers: readonly (readonly [string, string])[] = [], body = BODY): PathAttempt['request'] =>
  (token) => ({
    target,
    headers: [['authorization', `Bearer ${token}`], ['content-type', 'application/json'], ...headers],
    body,
  })

const NO_TOKEN_FOR_IT: readonly Layer[] = ['loadBalancerToken', 'tenantMatch']
const REFUSED_HERE: readonly Layer[] = ['functionRequest']
const NO_OPERATION: readonly Layer[] = ['functionRoutes']
const NO_SUCH_PATH: readonly Layer[] = ['loadBalancerRequest']
const ONE_TENANT =
  "The path leads to the first tenant's own function, which holds one tenant's role and reads one tenant's item: it has no way to serve another."

export const pathAttempts: readonly PathAttempt[] = [
  {
    name: 'other-tenant',
    tried: "The second tenant's path, plainly",
    expected: NO_TOKEN_FOR_IT,
    request: at('/tenant2/invoke'),
  },
  {
    name: 'other-tenant-converse',
    tried: "The second tenant's Bedrock path",
    expected: NO_TOKEN_FOR_IT,
    request: at('/tenant2/model/claude-haiku-4.5/converse', [], CONVERSE),
  },
  {
    name: 'dot-segments',
    tried: '`/tenant1/../tenant2/invoke`',
    expected: [...REFUSED_HERE, ...NO_OPERATION],
    remark: ONE_TENANT,
    request: at('/tenant1/../tenant2/invoke'),
  },
  {
    name: 'encoded-dot-segments',
    tried: '`/tenant1/%2e%2e/tenant2/invoke`',
    expected: [...REFUSED_HERE, ...NO_OPERATION],
    remark: ONE_TENANT,
    request: at('/tenant1/%2e%2e/tenant2/invoke'),
  },
  {
    name: 'encoded-slash',
    tried: '`/tenant1%2f..%2ftenant2/invoke`',
    expected: NO_SUCH_PATH,
    request: at('/tenant1%2f..%2ftenant2/invoke'),
  },
  {
    name: 'encoded-slash-inside',
    tried: '`/tenant1/..%2ftenant2%2finvoke`',
    expected: NO_OPERATION,
    request: at('/tenant1/..%2ftenant2%2finvoke'),
  },
  {
    name: 'double-encoded',
    tried: '`/tenant1/%252e%252e/tenant2/invoke`',
    expected: NO_OPERATION,
    request: at('/tenant1/%252e%252e/tenant2/invoke'),
  },
  {
    name: 'double-slash-first',
    tried: '`//tenant2/invoke`',
    expected: NO_SUCH_PATH,
    request: at('//tenant2/invoke'),
  },
  {
    name: 'double-slash-inside',
    tried: '`/tenant1//tenant2/invoke`',
    expected: NO_OPERATION,
    request: at('/tenant1//tenant2/invoke'),
  },
  {
    name: 'backslash',
    tried: '`/tenant1/..\\tenant2\\invoke`',
    expected: REFUSED_HERE,
    request: at('/tenant1/..\\tenant2\\invoke'),
  },
  { name: 'upper-case', tried: '`/TENANT2/invoke`', expected: NO_SUCH_PATH, request: at('/TENANT2/invoke') },
  {
    name: 'encoded-letters',
    tried: '`/%74enant2/invoke`: the id in percent-encoding',
    expected: NO_SUCH_PATH,
    request: at('/%74enant2/invoke'),
  },
  {
    name: 'look-alike',
    tried: 'The id with a fullwidth digit, in percent-encoding',
    expected: NO_SUCH_PATH,
    request: at('/tenant%EF%BC%92/invoke'),
  },
  {
    name: 'path-parameter',
    tried: '`/tenant1;/tenant2/invoke`',
    expected: NO_SUCH_PATH,
    request: at('/tenant1;/tenant2/invoke'),
  },
  {
    name: 'null-byte',
    tried: '`/tenant1%00/tenant2/invoke`',
    expected: NO_SUCH_PATH,
    request: at('/tenant1%00/tenant2/invoke'),
  },
  {
    name: 'prefix',
    tried: '`/tenant11/invoke`: an id that begins with another',
    expected: NO_SUCH_PATH,
    request: at('/tenant11/invoke'),
  },
  {
    name: 'fragment',
    tried: '`/tenant1#/tenant2/invoke`',
    expected: NO_SUCH_PATH,
    request: at('/tenant1#/tenant2/invoke'),
  },
  {
    name: 'very-long',
    tried: 'A path of 20,000 characters',
    expected: NO_SUCH_PATH,
    request: at(`/tenant1/${'a'.repeat(20_000)}/../../tenant2/invoke`),
  },
  {
    name: 'long',
    tried: 'A path of 1,100 characters',
    expected: ['firewall', 'functionRoutes'],
    request: at(`/tenant1/${'a'.repeat(1100)}`),
  },
  {
    name: 'query-tenant',
    tried: 'The other tenant named in the query string',
    expected: REFUSED_HERE,
    remark: ONE_TENANT,
    request: at('/tenant1/invoke?tenant=tenant2&tenantId=tenant2'),
  },
  {
    name: 'other-host',
    tried: 'Another host in the Host header',
    expected: [],
    remark:
      'The host decides nothing: the tenant is the path and the token. The request is the tenant’s own and is served as such.',
    request: at('/tenant1/invoke', [['host', 'tenant2.genai.example.com']]),
  },
  {
    name: 'absolute-form',
    tried: 'A request line with a whole URL of the second tenant',
    expected: NO_TOKEN_FOR_IT,
    request: (token, host) => at(`https://${host}/tenant2/invoke`)(token, host),
  },
  {
    name: 'forwarded-headers',
    tried: 'X-Original-URL, X-Rewrite-URL, X-Forwarded-Prefix and X-Tenant-Id that name the second tenant',
    expected: [],
    remark: 'No such header is read: served as the tenant’s own request.',
    request: at('/tenant1/invoke', [
      ['x-original-url', '/tenant2/invoke'],
      ['x-rewrite-url', '/tenant2/invoke'],
      ['x-forwarded-prefix', '/tenant2'],
      ['x-tenant-id', 'tenant2'],
    ]),
  },
  {
    name: 'method-override',
    tried: 'X-HTTP-Method-Override on a path that takes another method',
    expected: NO_OPERATION,
    request: at('/tenant1/models', [['x-http-method-override', 'GET']]),
  },
  {
    name: 'header-injection',
    tried: 'A header value with an encoded line break and a second Authorization header behind it',
    expected: [],
    remark: 'Percent-encoding has no meaning in a header: the value is a text, and the request the tenant’s own.',
    request: at('/tenant1/invoke', [['x-note', 'a%0d%0aauthorization: Bearer other']]),
  },
  {
    name: 'path-injection',
    tried: 'A line break, encoded, in the path',
    expected: NO_OPERATION,
    request: at('/tenant1/invoke%0d%0ahost:%20x'),
  },
  ...smuggling,
  ...http2,
]

export const paths: readonly Attempt[] = pathAttempts.map(({ request, ...attempt }) => ({
  ...attempt,
  family: 'paths',
  means: 'request',
  async make(testbed) {
    const token = await testbed.forge.genuine('tenant1')
    const host = new URL(testbed.hub.gatewayUrl).hostname
    return await testbed.request(request(token, host), testbed.tenant2)
  },
}))
