/** Everything that the local cloud asks of IAM for a deployment, against AWS's service authorization reference. */

import { globalKeys, isOfType, listsKey, referenceOf } from '@genai/local-cloud/iam/reference'
import type { Permission } from '@genai/local-cloud/resource/resource-type'
import { beforeAll, describe, expect, it } from 'vitest'
import { callsOf, type LifeCycle, recordLifeCycles, updatesOf } from '../policies/life-cycle.ts'
import { type Exceptions, judged } from './exceptions.ts'

const CLASSIC = 'the reference lists these two for classic load balancers only'

/** Resource types that AWS requires for an action, and that no call of the operation names. */
const NOT_ASKED: Exceptions = [
  [
    /bedrock:ListTagsForResource on (?!guardrail)/,
    'alternatives, each called required: what has tags here is a guardrail',
  ],
  [/elasticloadbalancing:(Add|Remove)Tags on loadbalancer$/, CLASSIC],
  [/ec2:DetachNetworkInterface on instance$/, 'an interface of Lambda’s is at no instance'],
  [/dynamodb:(ListTagsOfResource|TagResource|UntagResource|\w+ResourcePolicy) on stream$/, 'tables have no stream'],
  [
    /elasticloadbalancing:\w+ on (loadbalancer\/(net|gwy)\/|listener(-rule)?\/(net|gwy))$/,
    'one type for each kind of load balancer, each called required: a listener is of one kind',
  ],
  [
    /^aws:lb\/listener:Listener: elasticloadbalancing:(Delete|Modify)Listener on listener\/app$/,
    'the same: the listener of the endpoint service is a network load balancer’s',
  ],
]

const TABLE = 'arn:aws:dynamodb:us-east-1:111111111111:table/genai-tenants'

let lives: readonly LifeCycle[]
beforeAll(async () => {
  lives = await recordLifeCycles()
}, 300_000)

describe('what the local cloud asks for a deployment', () => {
  it('names a resource of each type that the action requires', async () => {
    const findings = []
    for (const life of lives)
      for (const resource of life.declared) {
        const operations = (['create', 'read', 'delete'] as const).map((operation) =>
          callsOf(life, resource, operation),
        )
        for (const calls of [...operations, ...updatesOf(life, resource)])
          for (const action of new Set(calls.map((call) => call.action)))
            findings.push(...(await missing(action, calls)).map((type) => `${resource.type}: ${type}`))
      }
    expect(judged(findings, NOT_ASKED)).toEqual({ unexcused: [], unneeded: [] })
  })

  it('gives no condition key that AWS does not have for the action and its resource', async () => {
    const questions = lives.flatMap((life) => life.questions)
    expect(questions.length).toBeGreaterThan(500)
    const findings = []
    for (const question of questions) findings.push(...(await surplus(question)))
    expect(findings).toEqual([])
    // It can find some.
    const wrong = { action: 'dynamodb:Query', resource: TABLE, context: { 'aws:TagKeys': 'a', 'aws:SourceIp': 'b' } }
    expect(await surplus(wrong)).toEqual(['dynamodb:Query has no aws:TagKeys'])
  })
})

async function missing(action: string, calls: readonly Permission[]): Promise<readonly string[]> {
  const asked = calls.filter((call) => call.action === action).map(({ resource }) => resource)
  if (asked.includes('*')) return []
  const { types } = await referenceOf(action)
  return types
    .filter((type) => type.required && !asked.some((resource) => isOfType(resource, type)))
    .map(({ name }) => `${action} on ${name}`)
}

async function surplus({ action, resource, context = {} }: Permission): Promise<readonly string[]> {
  const { types, keys } = await referenceOf(action)
  const ofResource = types.filter((type) => isOfType(resource, type)).flatMap((type) => type.keys)
  const listed = new Set([...globalKeys(), ...keys, ...ofResource].map((key) => key.toLowerCase()))
  return Object.keys(context)
    .filter((key) => !listsKey(listed, key))
    .map((key) => `${action} has no ${key.replace(/\/.*/, '/…')}`)
}
