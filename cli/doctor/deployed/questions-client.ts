/** Open questions about the client: CloudFront, and calls across origins. */

import type { Question } from './question.ts'
import { originOfRefusal } from './read-only-trials-more.ts'
import { note } from './sources.ts'

export const OF_CLIENT: readonly Question[] = [
  {
    id: 'web-acl-of-distribution',
    from: [
      { file: note('0070-the-client-is-a-stack'), words: 'asks for with the caller’s permissions is not known (?)' },
    ],
    question: 'Does CloudFront ask for more than wafv2:GetWebACL of whoever gives a distribution its web ACL?',
    how: 'pulumi up -s site, as genai-site-deployer',
    expected: 'it does not',
    otherwise: 'Add the action that the error names to genai-site-deployer, on the web ACL, and report it.',
    notAsked: 'It takes the deployment of a client.',
  },
  {
    id: 'token-endpoint-across-origins',
    from: [{ file: note('0072-tokens-in-memory'), words: 'is in none of AWS’s pages (?)' }],
    question: 'May a page of another origin read what the token endpoint of a user pool’s domain answers?',
    how: 'a sign-in on the client, whose page asks the endpoint by fetch',
    expected: 'it may: the endpoint sends access-control-allow-origin, as AWS’s own libraries for browsers need',
    otherwise:
      'The page says that the sign-in did not come to its end. Report it: it would have to send a form instead.',
    notAsked: 'It takes a person in a browser.',
  },
  {
    id: 'headers-on-refusals',
    from: [{ file: note('0070-the-client-is-a-stack'), words: 'on the answers that it gives itself is not known (?)' }],
    question:
      'Does the load balancer put a listener’s CORS headers on its own refusals, such as the 401 of jwt-validation?',
    how: 'a request without a token and with the Origin of the client’s page',
    expected: 'it does',
    otherwise: 'The page says that the gateway does not answer, where it would say that the session is over.',
    ask: originOfRefusal,
  },
]
