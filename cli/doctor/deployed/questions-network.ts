/** Questions about the network, load balancers and what runs in it, which only a change or an observation can answer. */
import { interfacesOfRemoved, secondDeletion } from '../test-tenant/trials.ts'
import type { Question } from './question.ts'
import { FACTS, NOTHING, note } from './sources.ts'

export const OF_NETWORK: readonly Question[] = [
  {
    id: 'interfaces-of-removed',
    from: [
      {
        file: note('0004-a-security-group-per-function'),
        words: 'How long a real Lambda takes, and whether it takes a role made anew, stays unknown (?)',
      },
      { file: note('0095-a-test-tenant-of-the-doctors-own'), words: 'Not tried on AWS: how long it takes there' },
    ],
    question:
      'How long does Lambda take to delete the interfaces of a removed tenant, and with a role that was made anew?',
    how: 'by destroying a tenant: --with-test-tenant',
    expected: 'at most 45 minutes, for which the provider waits',
    otherwise: 'docs/operations.md, "Destroying": detach and delete what is left.',
    notAsked: 'It takes the destruction of a tenant (--with-test-tenant): look at the row before this one afterwards.',
    trial: { when: 'gone', ask: interfacesOfRemoved },
  },
  {
    id: 'second-deletion',
    from: [
      { file: note('0017-as-the-aws-provider'), words: 'deletion of an attachment that is associated' },
      { file: note('0105-what-aws-may-do-otherwise'), words: 'the second deletion should find that it is gone' },
    ],
    question: 'Is the deletion of an attachment refused while it is associated, and what does the second one answer?',
    how: 'by destroying a tenant: --with-test-tenant',
    expected: 'IncorrectState until it is disassociated; the second deletion finds nothing',
    otherwise: 'attachmentDeletion: owner for every tenant; for one that is half destroyed, pulumi destroy --refresh.',
    notAsked: 'It takes the destruction of a tenant (--with-test-tenant).',
    trial: { when: 'gone', ask: secondDeletion },
  },
  {
    id: 'item-key',
    from: [
      {
        file: note('0017-as-the-aws-provider'),
        words: 'whether the newest provider replaces a table item whose key changes',
      },
    ],
    question: 'Does the provider replace a table item whose key changes?',
    how: 'only by changing a tenant’s id in place, which is refused before',
    expected: 'it is replaced',
    otherwise: NOTHING,
    notAsked: 'It takes a change that the program refuses.',
  },
  {
    id: 'policy-variables',
    from: [
      { file: FACTS, words: 'Policy variables in endpoint policies: ' },
      { file: note('0080-a-shared-model-endpoint'), words: 'says nothing of endpoints’ (?)' },
    ],
    question: 'Are policy variables evaluated in endpoint policies?',
    how: 'only by an endpoint with such a policy: a copy of the hub’s shared endpoint with the form `tag` of its policy (shared/policies/central-endpoint.ts), and a request through it',
    expected:
      'nothing depends on it: no policy that is deployed has one; if they are, the shared endpoint’s may take the form `tag`',
    otherwise: 'The form `name`, which is what is deployed.',
    notAsked: 'It takes an endpoint that is made for it.',
  },
  {
    id: 'narrower-cognito-policy',
    from: [{ file: note('0006-user-pool'), words: 'what AWS makes of a narrower policy is not known' }],
    question: 'May the endpoint policy for Cognito be narrower?',
    how: 'only by changing the policy of the hub’s endpoint',
    expected: 'nothing depends on it',
    otherwise: NOTHING,
    notAsked: 'It takes a change of the hub’s endpoint, which every tenant’s requests pass.',
  },
  {
    id: 'closed-connections',
    from: [
      { file: FACTS, words: "closes the target's connection when a client leaves" },
      { file: FACTS, words: 'how long drains take for long streams' },
    ],
    question: 'Does the load balancer close the target’s connection when a client leaves, and how long do drains take?',
    how: 'only with a streaming tenant whose client is killed, and by deploying under load',
    expected: 'it closes it; a drain takes no longer than the deregistration delay',
    otherwise: NOTHING,
    notAsked: 'It takes a deployment under load; the audit trail of a real one has the end of every stream.',
  },
  {
    id: 'logged-460',
    from: [
      { file: note('0027-slots'), words: 'logs 460 for such a request at once or when the function has answered' },
    ],
    question: 'When does the load balancer log a request whose client has left?',
    how: 'only by a client that hangs up, and the access logs five minutes later',
    expected: 'either; audit --door reads both',
    otherwise: NOTHING,
    notAsked: 'It takes reading the access logs, which the read-only role may not.',
  },
  {
    id: 'groups-for-vpc',
    from: [
      {
        file: note('0025-references-as-the-judge'),
        words: 'whether `ec2:GetSecurityGroupsForVpc` is asked on the VPC or',
      },
    ],
    question: 'Is ec2:GetSecurityGroupsForVpc asked on the VPC?',
    how: 'only by making a load balancer with a policy that names the VPC',
    expected: 'nothing depends on it: it is granted on everything',
    otherwise: NOTHING,
    notAsked: 'It takes a load balancer that is made for it.',
  },
  {
    id: 'encryption-to-tasks',
    from: [{ file: note('0028-http-to-tasks'), words: 'Whether an auditor accepts it' }],
    question: 'Is the hop from the load balancer to a task accepted without TLS?',
    how: 'only by an auditor',
    expected: 'accepted: the network between them is this project’s alone',
    otherwise: 'compute: lambda, whose hop AWS encrypts.',
    notAsked: 'It is no question to AWS.',
  },
  {
    id: 'vpc-source-ip-of-others',
    from: [{ file: note('0090-a-further-lock-between-shared-tenants'), words: 'is not documented (?)' }],
    question: 'Has aws:VpcSourceIp the gateway’s address for callers whose role is in another account?',
    how: 'only by a policy that asks for it, and a request of a tenant at the shared endpoint',
    expected: 'nothing depends on it: no policy that is deployed asks for it',
    otherwise: NOTHING,
    notAsked: 'It takes a change of the policy of the hub’s shared endpoint, which every tenant there would notice.',
  },
  {
    id: 'log-driver-perimeter',
    from: [{ file: note('0029-task-roles'), words: "Whether the log driver's calls carry `aws:SourceVpc`" }],
    question: 'Do the log driver’s calls carry aws:SourceVpc?',
    how: 'only by a policy that asks for it, and a task that then logs or does not',
    expected: 'nothing depends on it: no policy here asks for it of that role',
    otherwise: NOTHING,
    notAsked: 'It takes a change of the task execution role.',
  },
]
