/** Questions about the gateway as an endpoint service. Each needs a connection, or a name, that is made for it. */
import { newPermission } from '../test-tenant/trials.ts'
import type { Question } from './question.ts'
import { note } from './sources.ts'

const NOTE = note('0085-the-gateway-as-an-endpoint-service')

export const OF_PRIVATE_DOOR: readonly Question[] = [
  {
    id: 'proof-of-private-name',
    from: [{ file: NOTE, words: 'how long verification takes' }],
    question: 'Does AWS find the TXT record that proves the gateway’s name in the hub’s hosted zone, and how soon?',
    how: 'only by deploying a hub with endpointService: true, whose `up` waits for it',
    expected: 'within some minutes',
    otherwise:
      'Put the record where `aws ec2 describe-vpc-endpoint-service-configurations` says that it is looked for, and run `pulumi up` again.',
    notAsked: 'It takes a service that is made for it; the `up` of the hub ends with the answer.',
  },
  {
    id: 'new-permission-of-service',
    from: [{ file: NOTE, words: 'whether a new account’s permission is seen at once' }],
    question: 'May an account that was just allowed make its endpoint at once?',
    how: 'only by a tenant’s first `up` with gatewayEndpoint: true',
    expected: 'the endpoint is made',
    otherwise: 'Run `pulumi up` of the tenant again: nothing is left half.',
    notAsked: 'It takes a connection that is made for it (--with-test-tenant, on a hub with endpointService).',
    trial: { when: 'changed', ask: newPermission },
  },
  {
    id: 'changed-private-name',
    from: [{ file: NOTE, words: 'take over a changed private name' }],
    question: 'When do endpoints that are there take over a changed name of the gateway?',
    how: 'only by changing the domainName of a hub with connected tenants',
    expected: 'once the new name is verified, without a change of the tenant’s stack',
    otherwise: 'gatewayEndpoint off and on again, one tenant after the other.',
    notAsked: 'It takes another name of the gateway, which every client would notice.',
  },
  {
    id: 'health-through-firewall',
    from: [{ file: NOTE, words: 'whether the health check (HTTPS on `/`, 404) passes the firewall' }],
    question: 'Does the network load balancer’s health check pass the firewall?',
    how: 'a look at the health of its one target (`aws elbv2 describe-target-health`)',
    expected: 'healthy',
    otherwise:
      'Nothing stops: a network load balancer whose only target is unhealthy sends to it all the same. Report it.',
    notAsked: 'The health of targets is no right of the read-only role.',
  },
]
