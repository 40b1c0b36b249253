/** Finds the first rule whose conditions a request meets, and runs that rule's actions in their order. */

import type { LedgerView } from '../../ledger/ledger.ts'
import type { Telling } from '../../observer.ts'
import type { Lambda } from '../lambda/lambda.ts'
import { type AddressOptions, forwardToAddress } from './address-target.ts'
import { type Answer, page } from './answer.ts'
import type { Begun, Body } from './body.ts'
import type { ClientRequest } from './client-request.ts'
import type { Action } from './declared/actions.ts'
import { meets } from './declared/conditions.ts'
import type { Listener, Rule } from './declared/listener.ts'
import { readTargetGroup } from './declared/target-group.ts'
import type { KeySets } from './jwt-validation/key-sets.ts'
import { validateToken } from './jwt-validation/token-validation.ts'
import { forwardToLambda } from './lambda-target.ts'
import { redirect } from './redirect.ts'

export interface RuleContext {
  readonly ledger: LedgerView
  readonly listener: Listener
  readonly lambda: Pick<Lambda, 'invoke'>
  readonly keySets: KeySets
  readonly listsMatchWhole: boolean
  readonly now: () => number
  readonly traceId: string
  readonly localPort: (declared: number) => number | undefined
  readonly observers: Telling
  /** Called before each action. */
  readonly acting: (action: Action['kind']) => void
  /** What a target at an address needs in addition. */
  readonly streaming: Pick<AddressOptions, 'targets' | 'incoming' | 'outgoing' | 'targetSeesClientLeave'>
}

type RuleBody = Extract<Body, { kind: 'whole' | 'tooLarge' }> | Begun

/** Whether request and answer are streamed, because the target is at an address. */
export function passesOn(ledger: LedgerView, { actions }: Rule): boolean {
  const last = actions.at(-1)
  return last?.kind === 'forward' && readTargetGroup(ledger, last.targetGroupArn).kind === 'addresses'
}

export function ruleFor(request: ClientRequest, { rules }: Listener): Rule {
  const found = rules.find(({ conditions }) => meets(request, conditions))
  if (!found) throw new Error('A listener without a default rule was read.')
  return found
}

export async function applyRule(
  rule: Rule,
  request: ClientRequest,
  body: RuleBody,
  context: RuleContext,
): Promise<Answer> {
  for (const action of rule.actions) {
    context.acting(action.kind)
    const answer = await act(action, request, body, context)
    if (answer) return answer
  }
  throw new Error(`The rule ${rule.arn} ends without an answer.`)
}

/** @returns undefined if the next action follows */
async function act(
  action: Action,
  request: ClientRequest,
  body: RuleBody,
  context: RuleContext,
): Promise<Answer | undefined> {
  const { ledger, listener, lambda, keySets, listsMatchWhole, now, traceId, localPort, observers } = context
  const { balancer, port } = listener
  switch (action.kind) {
    case 'jwt-validation': {
      const verdict = await validateToken(request, action, {
        keySets,
        now,
        loadBalancerArn: balancer.arn,
        listsMatchWhole,
      })
      if (observers.watched) {
        const reason = verdict.valid ? {} : { reason: verdict.reason }
        observers.tell({ kind: 'validated', traceId, valid: verdict.valid, ...reason })
      }
      if (verdict.valid) return undefined
      return page(verdict.kind === 'refused' ? 401 : 500, verdict.reason)
    }
    case 'redirect':
      return redirect(request, action, { port, localPort })
    case 'fixed-response':
      return { status: action.status, headers: [['content-type', action.contentType]], body: action.body }
    case 'forward': {
      // Upgrades (WebSocket) do not exist for functions, and are not supported here for other targets.
      if (request.headers.some(([name]) => name === 'upgrade')) return page(400)
      if (body.kind === 'tooLarge') return page(413)
      const targetGroup = readTargetGroup(ledger, action.targetGroupArn)
      const about = { balancer, port, traceId, observers }
      if (targetGroup.kind === 'addresses' && body.kind === 'begun')
        return forwardToAddress(request, body, { ...about, ...context.streaming, targetGroup })
      if (targetGroup.kind === 'function' && body.kind === 'whole')
        return forwardToLambda(request, body.bytes, { ...about, lambda, targetGroup })
      // The rule was changed while the body was read.
      return page(502)
    }
  }
}
