/** The write that replaces a reservation by what was used, in the windows in which the reservation was made. */
import { dayOf, holdBlock, monthOf, type UsageItem } from '../../../shared/usage-table.ts'
import { type Expression, expression, type Write } from './expression.ts'
import type { Demand } from './reserve.ts'

/** What was reserved in a scope. */
export interface Reserved extends Demand {
  /** The item's minute at the time of the reservation. */
  readonly minute: number
}

export interface Used {
  readonly tokens: number
  readonly nanoDollars: number
  /** False for a request that was refused after all. */
  readonly counts: boolean
}

export function settleWrite(known: UsageItem, reserved: Reserved, used: Used): Write {
  const made = expression()
  made.require(`${made.path('minute')} = ${made.value(known.minute)}`)
  const sums = new Map<string, number>()
  const add = (name: string, amount: number) => sums.set(name, (sums.get(name) ?? 0) + amount)

  const minutes = known.minute - reserved.minute
  const tokens = used.tokens - reserved.tokens
  if (minutes === 0) add('tokens', tokens)
  else if (minutes === 1) add('tokensBefore', tokens)
  // The minute is over. What was used beyond the reservation is charged to the current minute.
  else add('tokens', Math.max(0, tokens))
  if (!used.counts && minutes < 2) add(minutes === 0 ? 'requests' : 'requestsBefore', -reserved.requests)

  const block = `${holdBlock(reserved.minute)}`
  const days = dayOf(known.minute) - dayOf(reserved.minute)
  const tokensGone = giveBack(made, known, 'heldTokens', block, reserved.tokens)
  if (days < 2) add(days === 0 ? 'dayTokens' : 'dayTokensBefore', used.tokens - (tokensGone ? 0 : reserved.tokens))
  const months = monthOf(known.minute) - monthOf(reserved.minute)
  const gone = giveBack(made, known, 'heldNanoDollars', block, reserved.nanoDollars)
  if (months < 2) add(months === 0 ? 'spent' : 'spentBefore', used.nanoDollars - (gone ? 0 : reserved.nanoDollars))
  if (gone) add('lost', -reserved.nanoDollars)

  for (const [name, amount] of sums)
    if (amount !== 0) made.set(made.path(name), `${made.path(name)} + ${made.value(amount)}`)
  if (reserved.lease) made.remove(made.path('leases', reserved.lease.id))
  return made.done()
}

/** @returns true if the hold has expired meanwhile, and was removed from the window */
function giveBack(
  made: Expression,
  known: UsageItem,
  name: 'heldNanoDollars' | 'heldTokens',
  block: string,
  amount: number,
): boolean {
  if (amount === 0) return false
  const path = made.path(name, block)
  if (!Object.hasOwn(known[name], block)) {
    made.require(`attribute_not_exists(${path})`)
    return true
  }
  made.require(`attribute_exists(${path})`)
  made.set(path, `${path} - ${made.value(amount)}`)
  return false
}
