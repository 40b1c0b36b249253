/** Every policy document of the programs against AWS's service authorization reference, which this project did not write. */

import { referenceOf } from '@genai/local-cloud/iam/reference'
import { beforeAll, describe, expect, it } from 'vitest'
import { recordLifeCycles } from '../policies/life-cycle.ts'
import { type Checked, documentsOf } from './documents.ts'
import { type Exceptions, judged } from './exceptions.ts'
import { findingsOf, isLiteral, list, overlaps } from './statements.ts'

/** The reference has classic load balancers and the current ones in one: of the two actions on tags it lists the former's resource. */
const BOTH_GENERATIONS = 'the reference lists these two for classic load balancers only'

const EXCEPTIONS: Exceptions = [
  [
    /^Policy genai-onboarding-(routing|service) \/ \w+: elasticloadbalancing:(Add|Remove)Tags has no resource/,
    BOTH_GENERATIONS,
  ],
  [/^Policy genai-onboarding-routing \/ (Tag|Untag)\w+: no action takes \S+:listener-rule\//, BOTH_GENERATIONS],
  [
    /^platform-deployer: (front|private) \/ \w+: elasticloadbalancing:(Add|Remove)Tags has no resource/,
    BOTH_GENERATIONS,
  ],
  [
    /AcceptAttachment: ec2:AcceptTransitGatewayVpcAttachment has no aws:RequestTag\/tenant for StringEqualsIfExists/,
    'of the tags that come by CreateTags, in the same statement: for the acceptance it is true',
  ],
]

/** Of the resource types that an action requires, those that the holder is not granted it on. */
const NOT_GRANTED: Exceptions = [
  [
    /elasticloadbalancing:\w+ on (loadbalancer\/(net|gwy)\/|listener(-rule)?\/(net|gwy))$/,
    'one type for each kind of load balancer, each called required: what is named is of one kind',
  ],
  [/elasticloadbalancing:(Add|Remove)Tags on loadbalancer$/, BOTH_GENERATIONS],
  [
    /bedrock:InvokeModel(WithResponseStream)? on (?!foundation-model|inference-profile)/,
    'alternatives, each called required: what is called is one of them',
  ],
  [
    /bedrock:ListTagsForResource on (?!guardrail)/,
    'alternatives, each called required: what has tags here is a guardrail',
  ],
  [
    /bedrock:GetInferenceProfile on application-inference-profile$/,
    "a tenant's models are never application profiles: the settings refuse an ARN",
  ],
  [/dynamodb:(ListTagsOfResource|TagResource|UntagResource|\w+ResourcePolicy) on stream$/, 'tables have no stream'],
]

let documents: readonly Checked[]
beforeAll(async () => {
  documents = await documentsOf(await recordLifeCycles())
}, 300_000)

describe('policy documents', () => {
  it('name actions, resources and condition keys that AWS has', async () => {
    expect(documents.length).toBeGreaterThan(40)
    const findings = await Promise.all(documents.map(findingsOf))
    expect(judged(findings.flat(), EXCEPTIONS)).toEqual({ unexcused: [], unneeded: [] })
  })

  it('grant an action on every resource type that it requires, and what comes with it', async () => {
    const findings = []
    for (const [holder, statements] of granted(documents)) {
      const allowed = statements.flatMap(({ Action }) => list(Action))
      for (const action of new Set(allowed.filter(isLiteral))) {
        const on = statements.filter((one) => list(one.Action).includes(action)).flatMap((one) => list(one.Resource))
        for (const { name, required, arn } of (await referenceOf(action)).types)
          if (required && !on.some((one) => overlaps(one, arn))) findings.push(`${holder}: ${action} on ${name}`)
      }
    }
    expect(judged(findings, NOT_GRANTED)).toEqual({ unexcused: [], unneeded: [] })
  })
})

/** What each holder is allowed, over all of its documents. */
function granted(all: readonly Checked[]) {
  const holders = new Map<string, Checked['document']['Statement'][number][]>()
  for (const { name, holder = name, kind, document } of all) {
    if (kind !== 'identity') continue
    const allows = document.Statement.filter(({ Effect, Action }) => Effect === 'Allow' && Action !== undefined)
    holders.set(holder, [...(holders.get(holder) ?? []), ...allows])
  }
  return holders
}
