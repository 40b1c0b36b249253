/**
 * The first tenant's guardrail, which every call of its models must name: attempts to leave it out, to replace it, or to limit what it checks.
 */

import type { Guardrail } from '../../../shared/guardrail.ts'
import { ended } from '../outcome.ts'
import type { Testbed } from '../testbed/testbed.ts'
import { fromFunction, type IdentityAttempt } from './models.ts'

const ROLE_AND_ENDPOINT = ['endpointPolicy', 'spokeRole'] as const

/** As a gateway that an attacker has taken over: with the role's own session, from the right subnet, at the right endpoint. */
const asGateway = (
  name: string,
  tried: string,
  guardrail: (testbed: Testbed) => Guardrail | 'none',
): IdentityAttempt => ({
  name,
  tried,
  expected: ROLE_AND_ENDPOINT,
  make: async (testbed) => {
    const { tenant1 } = testbed
    const from = fromFunction(testbed, tenant1)
    const credentials = testbed.steal(tenant1.roleArn)
    const step = await testbed.converse(from, credentials, tenant1.endpoint, tenant1.modelId, guardrail(testbed))
    return ended(step, "an answer that the tenant's guardrail has not looked at")
  },
})

/** As a user of the tenant asks. */
const asUser = (name: string, tried: string, more: (testbed: Testbed) => object, marked = false): IdentityAttempt => ({
  name,
  means: 'request',
  tried,
  expected: ['functionBody'],
  remark: 'IAM sees which guardrail a call names, and not what of the call it is asked to look at.',
  make: async (testbed) => {
    const text = { text: 'Whose model are you?' }
    const content = marked ? [text, { guardContent: { text: { text: 'Hello' } } }] : [text]
    return await testbed.request(
      {
        target: '/tenant1/model/nova-2-lite/converse',
        headers: [['authorization', `Bearer ${await testbed.forge.genuine('tenant1')}`]],
        body: JSON.stringify({ messages: [{ role: 'user', content }], ...more(testbed) }),
      },
      'served',
    )
  },
})

export const guardrails: readonly IdentityAttempt[] = [
  asGateway(
    'guardrail-left-out',
    "A call of the tenant's model without its guardrail, with the role's credentials",
    () => 'none',
  ),
  asGateway('guardrail-draft', "The same with the guardrail's draft, which its owner may loosen", ({ tenant1 }) => ({
    id: tenant1.guardrail?.id ?? '',
    version: 'DRAFT',
  })),
  asUser('guardrail-another', 'A user names the draft of the guardrail instead of its version', ({ tenant1 }) => ({
    guardrailConfig: { guardrailIdentifier: tenant1.guardrail?.id, guardrailVersion: 'DRAFT' },
  })),
  asUser(
    'guardrail-afterwards',
    'A user asks for an answer that is sent before the guardrail has looked at it',
    () => ({ guardrailConfig: { streamProcessingMode: 'async' } }),
  ),
  asUser(
    'guardrail-marked',
    'A user marks a harmless part of the prompt, so that nothing else is looked at',
    () => ({}),
    true,
  ),
]
