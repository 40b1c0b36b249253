/** Questions that `npm run genai -- doctor --deployed` asks by itself. */

import { inTwoGroups } from '../test-tenant/trials.ts'
import type { Question } from './question.ts'
import {
  foreignToken,
  keySetOfGateway,
  keySetOfInternal,
  keySetOfLoadBalancer,
  leftInterfaces,
  refusal,
  severalGroups,
  sharedEndpoint,
  sourceVpce,
} from './read-only-trials.ts'
import { FACTS, note } from './sources.ts'

export const ASKED: readonly Question[] = [
  {
    id: 'source-vpce',
    from: [
      { file: FACTS, words: "Whether it survives a cross-region profile's destinations: ?" },
      { file: note('0096-where-the-endpoint-is-asked-for'), words: 'Not tried on AWS' },
    ],
    question: 'Does aws:SourceVpce reach the policies in every region that a profile sends a request to?',
    how: 'five short requests to each of the tenant’s profiles, through the gateway; then CloudTrail: which regions answered',
    expected: 'all are answered, also those that another region serves',
    otherwise: 'modelPerimeter: homeRegion, and the guard rails printed anew.',
    ask: sourceVpce,
  },
  {
    id: 'load-balancer-key-set',
    from: [{ file: note('0001-kept-and-changed'), words: 'Unconfirmed without an account' }],
    question: 'Does the load balancer fetch the key set where its VPC has a private name for the same host?',
    how: 'a request with a user’s own token: whoever answers with a request id was let through',
    expected: 'the gateway answers',
    otherwise: 'keySetVia: table, nat or inline.',
    ask: keySetOfLoadBalancer,
  },
  {
    id: 'internal-key-set',
    from: [
      { file: FACTS, words: 'An internal one reaches public key sets through NAT only (?)' },
      { file: note('0086-no-public-address'), words: 'not by its documentation (?)' },
    ],
    question: 'Does an internal load balancer fetch the public key set through NAT?',
    how: 'a request with a user’s own token, on a hub with loadBalancer: internal',
    expected: 'the gateway answers it: its answer has a request id',
    otherwise: 'loadBalancer: public; a change makes the load balancer anew, before there are tenants.',
    ask: keySetOfInternal,
  },
  {
    id: 'endpoint-key-set',
    from: [
      { file: FACTS, words: 'through a policy such as ours: ?' },
      { file: note('0006-user-pool'), words: 'what AWS makes of a narrower policy is not known' },
    ],
    question: 'Does the endpoint’s policy let the functions’ unsigned request for the key set through?',
    how: 'a request with a user’s own token, which the gateway verifies with that key set',
    expected: '200 by the gateway',
    otherwise: 'keySetVia: table, nat or inline.',
    ask: keySetOfGateway,
  },
  {
    id: 'several-groups',
    from: [
      { file: FACTS, words: '`string-array` with one value against a user of several groups: ?' },
      { file: note('0105-what-aws-may-do-otherwise'), words: 'not tried on AWS' },
    ],
    question: 'Does a string-array with one value match a user of several groups?',
    how: 'a request with the token of a user who is in two groups',
    expected: 'the gateway answers',
    otherwise: 'groupCheck: gateway for each tenant with such users.',
    ask: severalGroups,
    trial: { when: 'made', ask: inTwoGroups },
  },
  {
    id: 'refusal',
    from: [{ file: FACTS, words: 'body and the status for a claim mismatch: ?' }],
    question: 'What does the load balancer answer without a token?',
    how: 'a request without a token',
    expected: '401 by the load balancer',
    otherwise: 'docs/api.md and the clients’ tests.',
    ask: refusal,
  },
  {
    id: 'foreign-token',
    from: [{ file: FACTS, words: 'the status for a claim mismatch: ?' }],
    question: 'What does the load balancer answer to a token of another tenant?',
    how: 'a request with a user’s token to another tenant’s path',
    expected: '401 or 403 by the load balancer',
    otherwise: 'docs/api.md, and the metric of what is refused at the door.',
    ask: foreignToken,
  },
  {
    id: 'left-interfaces',
    from: [
      {
        file: note('0004-a-security-group-per-function'),
        words: 'Which role counts where functions share an interface is said nowhere (?)',
      },
    ],
    question: 'Do interfaces of removed tenants stay behind?',
    how: 'the interfaces in the group that functions are parked in',
    expected: 'none, an hour after a tenant was destroyed',
    otherwise: 'docs/operations.md, "Destroying"; decision 0004 names the option to take.',
    ask: leftInterfaces,
    trial: { when: 'gone' },
  },
  {
    id: 'source-vpc-of-others',
    from: [{ file: note('0080-a-shared-model-endpoint'), words: 'it is asked of a deployed hub' }],
    question: 'Does aws:SourceVpc name the hub’s VPC to the policies of a role of another account?',
    how: 'a request to a tenant with modelEndpoint: hub, through the gateway',
    expected: 'it is answered: its role allows calls from that VPC only',
    otherwise: 'modelEndpoint: own for every tenant, and report it.',
    ask: sharedEndpoint,
  },
]
