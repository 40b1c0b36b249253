/** `tenant limit`: tightens a tenant's limits while it is served, and shows them. */

import {
  countedInDollars,
  LIMIT_RANGES,
  type Limits,
  LimitsMistake,
  parseLimits,
  type ScopeLimits,
} from '../../shared/limits.ts'
import { HUB_OPTIONS, type HubAccess, withHub } from '../hub/hub-access.ts'
import { type Arguments, UserError, type Verb } from '../verb.ts'
import { tenantIdOf } from './id.ts'
import { SEEN_WITHIN_SECONDS } from './items.ts'
import {
  figureText,
  type LimitRow,
  limitCells,
  limitRows,
  limitsOf,
  type TenantLimits,
  withUsage,
  writeLimits,
} from './limits.ts'
import { textTable } from './text-table.ts'

/** The limit that each flag sets. */
const FLAGS = {
  'requests-per-minute': 'requestsPerMinute',
  'tokens-per-minute': 'tokensPerMinute',
  'tokens-per-day': 'tokensPerDay',
  'dollars-per-month': 'dollarsPerMonth',
  'warn-at': 'warnAt',
  'concurrent-requests': 'concurrentRequests',
} as const satisfies Readonly<Record<string, keyof ScopeLimits>>

const figure = (help: string) => ({ type: 'string', placeholder: 'N', help }) as const

export const limit: Verb = {
  name: 'tenant limit',
  usage: 'TENANT',
  summary: "Tightens a tenant's limits while it is served, and shows them.",
  details: [
    "Writes the operator's item in the hub's table, which pulumi up never does; the gateway sees it within",
    `${SEEN_WITHIN_SECONDS} seconds. It can only tighten: what the stack's file says holds besides, and the smaller of two figures counts.`,
    'Without a figure it shows what holds, and how far it is used up. A figure "none" takes the operator\'s one away.',
    'What is set is for the tenant as a whole, unless --user or --model says otherwise. How it is counted: docs/governance.md.',
  ].join('\n'),
  positionals: [1, 1],
  options: {
    ...HUB_OPTIONS,
    'requests-per-minute': figure('requests in any minute'),
    'tokens-per-minute': figure('tokens in any minute, input and output'),
    'tokens-per-day': figure('tokens of a day in UTC'),
    'dollars-per-month': figure('US dollars of a calendar month in UTC'),
    'warn-at': figure('percent of those at which an alarm rings (80)'),
    'concurrent-requests': figure('requests of one user at a time; with --user'),
    user: { type: 'boolean', help: 'for each of its users and machines, not together' },
    model: { type: 'string', placeholder: 'NAME', help: "for one of the tenant's names of models" },
    show: { type: 'boolean', help: 'show the limits (the default without a figure)' },
    clear: { type: 'boolean', help: "remove the operator's limits: all, or those of --user or --model" },
    json: { type: 'boolean', help: 'the limits as JSON' },
  },
  async run({ values, positionals }) {
    const tenantId = tenantIdOf(positionals[0])
    const change = changeOf(values)
    await withHub(values, async (hub) => {
      const before = await limitsOf(hub, tenantId)
      const limits = change ? change(before) : before.operator
      if (change) await writeLimits(hub, tenantId, before, limits, new Date())
      await show(
        hub,
        tenantId,
        { ...before, operator: limits },
        { json: values.json === true, changed: change !== undefined },
      )
    })
    return 0
  },
}

type Change = (before: TenantLimits) => Limits

/** @returns the operator's new limits, which replace the old ones; undefined if the command changes nothing */
export function changeOf(values: Arguments['values']): Change | undefined {
  const given = Object.entries(FLAGS).flatMap(([flag, name]) =>
    values[flag] === undefined ? [] : [{ flag, name, text: String(values[flag]) }],
  )
  const { user, clear, show: shown } = values
  const model = values.model === undefined ? undefined : String(values.model)
  if (user === true && model !== undefined)
    throw new UserError('--user and --model are both given.', 'A limit is of each user, or of a model: name one.')
  if (clear === true && given.length > 0)
    throw new UserError(`--clear and --${given[0]?.flag} are both given.`, 'Take limits away first, or give "none".')
  if (shown === true && (clear === true || given.length > 0))
    throw new UserError('--show changes nothing, and there is something to change.', 'Leave one of them out.')
  if (clear === true) return clearing(user === true ? 'user' : model)
  if (given.length > 0) return (before) => tightened(before, given, user === true ? 'user' : model)
  if (user === true || model !== undefined)
    throw new UserError('There is no figure to set.', 'Such as --tokens-per-day 1000000, or --clear.')
  return undefined
}

/** @param part `user`, or the name of a model; absent for the tenant as a whole */
const clearing =
  (part: string | undefined): Change =>
  ({ operator, models }) => {
    if (part === undefined) return {}
    if (part === 'user') return without(operator, 'user')
    if (!Object.hasOwn(operator.models ?? {}, part)) requireModel(part, models)
    return { ...operator, models: without(operator.models ?? {}, part) }
  }

const without = <T extends object>(map: T, name: string): T =>
  Object.fromEntries(Object.entries(map).filter(([other]) => other !== name)) as T

interface Given {
  readonly flag: string
  readonly name: keyof ScopeLimits
  readonly text: string
}

function tightened(before: TenantLimits, given: readonly Given[], part: string | undefined): Limits {
  const { operator, stack, models } = before
  const model = part === undefined || part === 'user' ? undefined : part
  if (model !== undefined) requireModel(model, models)
  const scopeOf = (limits: Limits): ScopeLimits =>
    (model === undefined ? limits[part === 'user' ? 'user' : 'tenant'] : own(limits.models, model)) ?? {}
  const figures: Record<string, unknown> = { ...scopeOf(operator) }
  for (const { name, text } of given) {
    if (text === 'none') delete figures[name]
    else figures[name] = text
  }
  const scope = read(figures, part)
  const ofStack = scopeOf(stack)
  for (const { flag, name } of given) requireTighter(flag, scope[name], ofStack[name])
  if (scope.warnAt !== undefined && (scope.dollarsPerMonth ?? ofStack.dollarsPerMonth) === undefined)
    throw new UserError('--warn-at is a percentage of a budget, and there is none here.', 'Add --dollars-per-month N.')
  const limits: Limits =
    model === undefined
      ? { ...operator, [part === 'user' ? 'user' : 'tenant']: scope }
      : { ...operator, models: { ...operator.models, [model]: scope } }
  if (given.some(({ name, text }) => name === 'dollarsPerMonth' && text !== 'none')) requirePrices(before, limits)
  return limits
}

const own = (models: Limits['models'], name: string) =>
  models && Object.hasOwn(models, name) ? models[name] : undefined

/** @throws UserError that names the wrong flag and the values that it accepts */
function read(given: object, part: string | undefined): ScopeLimits {
  try {
    const limits = parseLimits(
      part === undefined ? { tenant: given } : part === 'user' ? { user: given } : { models: { [part]: given } },
    )
    return limits.tenant ?? limits.user ?? own(limits.models, part ?? '') ?? {}
  } catch (cause) {
    if (!(cause instanceof LimitsMistake)) throw cause
    const name = cause.at.slice(cause.at.lastIndexOf('.') + 1)
    const [flag] = Object.entries(FLAGS).find(([, one]) => one === name) ?? []
    const range = flag && LIMIT_RANGES[name as keyof ScopeLimits]
    throw new UserError(
      flag ? `--${flag}: ${cause.message}` : cause.message,
      range ? `From ${range.least} to ${range.most}, or "none".` : 'See: npm run tenant -- limit --help',
      { cause },
    )
  }
}

function requireModel(name: string, models: TenantLimits['models']): void {
  if (Object.hasOwn(models, name)) return
  throw new UserError(`"${name}" is not among the tenant's models.`, `There are: ${Object.keys(models).join(', ')}.`)
}

function requireTighter(flag: string, figure: number | undefined, ofStack: number | undefined): void {
  if (figure === undefined || ofStack === undefined || figure <= ofStack) return
  throw new UserError(
    `--${flag} ${figure} is looser than the stack's file, which says ${ofStack}: an operator can only tighten.`,
    "Give a smaller figure, or change limits in the stack's file and run up.",
  )
}

/** Refuses a limit in dollars on a model without a price, whose requests would count as free. */
function requirePrices({ models, priced }: TenantLimits, limits: Limits): void {
  const unpriced = countedInDollars(limits, Object.keys(models)).filter((name) =>
    (models[name] ?? []).some((id) => !priced.includes(id)),
  )
  if (unpriced.length === 0) return
  throw new UserError(
    `No price is known for ${unpriced.map((name) => `${name} (${models[name]?.join(', ')})`).join(', ')}: its dollars would count as nothing.`,
    "Add it to shared/prices/models.json and run the tenant's up, or limit tokens instead.",
  )
}

async function show(
  hub: HubAccess,
  tenantId: string,
  { stack, operator }: TenantLimits,
  { json, changed }: { readonly json: boolean; readonly changed: boolean },
): Promise<void> {
  const rows = await withUsage(hub.dynamodb, tenantId, limitRows(stack, operator), new Date())
  if (json) process.stdout.write(`${JSON.stringify({ tenant: tenantId, limits: rows }, null, 2)}\n`)
  else {
    if (changed) process.stdout.write(`Written on ${hub.where}, and obeyed within ${SEEN_WITHIN_SECONDS} seconds.\n`)
    process.stdout.write(rows.length === 0 ? `${tenantId} has no limits.\n` : limitTable(rows))
    const alone = rows.some(({ limit: name, stack: said }) => name === 'dollarsPerMonth' && said === undefined)
    if (changed && alone)
      process.stdout.write(
        "There is no alarm for a budget that only the operator has set: the alarm comes with limits in the stack's file.\n",
      )
  }
}

const limitTable = (rows: readonly LimitRow[]): string =>
  textTable(
    ['SCOPE', 'LIMIT', 'STACK', 'OPERATOR', 'EFFECTIVE', 'USED', 'LEFT', 'RESETS'],
    rows.map((row) => [...limitCells(row), figureText(row.used), figureText(row.left), row.resets ?? '']),
  )
