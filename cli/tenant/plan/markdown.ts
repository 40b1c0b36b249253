/** Writes a plan as a Markdown page for a review. */
import type { TenantPlan } from './facts.ts'

const dollars = (amount: number) => `$${amount.toFixed(2)}`

export function planMarkdown(plan: TenantPlan): string {
  return [
    `# Plan of ${plan.tenant}`,
    '',
    ...(plan.problems.length > 0 ? ['## What is in the way', '', ...plan.problems.map((one) => `- ${one}`), ''] : []),
    ...(plan.facts ? facts(plan.facts) : []),
  ].join('\n')
}

type Facts = NonNullable<TenantPlan['facts']>

function facts(facts: Facts): readonly string[] {
  const { costs, addresses, room, changes, paths, lost, lostInAccount, lostChecks, toDo } = facts
  return [
    `Stack \`${facts.stack}\` of the hub \`${facts.hubStack}\`: account ${facts.account}, compute ${facts.compute}, model endpoint ${facts.modelEndpoint === 'own' ? 'of its own' : 'of the hub, shared'}.`,
    ...(facts.sharedAccount ? ['', sharedAccountLine(facts.account, facts.sharedAccount)] : []),
    '',
    '## Costs',
    '',
    `${dollars(costs.fixedMonthly)} a month before the first request${costs.tasksMonthlyMost === undefined ? '' : `, and up to ${dollars(costs.tasksMonthlyMost)} for its tasks when all of them run`} (list prices of ${costs.pricesAsOf}, us-east-1).`,
    ...costs.ofHub.map(
      ({ what, monthly }) => `The hub pays ${dollars(monthly)} a month for ${what}, once for all tenants.`,
    ),
    '',
    '| Model | $ per million tokens in | out | as of |',
    '|---|---|---|---|',
    ...costs.models.map(
      ({ name, id, input, output, asOf }) =>
        `| ${name} (\`${id}\`) | ${input === undefined ? 'not in the list' : dollars(input)} | ${output === undefined ? 'not in the list' : dollars(output)} | ${asOf ?? ''} |`,
    ),
    '',
    '## Addresses',
    '',
    addresses.block === undefined
      ? 'None: it has no network of its own.'
      : `Block ${addresses.block}; the next free one of its size after that is ${addresses.nextFree ?? 'none: the supernet is full'}.`,
    '',
    '## What is left of the hub’s limits',
    '',
    '| Limit | Allowed | In use by others | This tenant | Left |',
    '|---|---|---|---|---|',
    ...room.map(
      ({ what, limit, used, thisTenant, left }) => `| ${what} | ${limit} | ${used} | ${thisTenant} | ${left} |`,
    ),
    '',
    '## What changes, and in which account',
    '',
    changes.from === 'rehearsal'
      ? 'Found out by running the programs against the local cloud in memory, with this folder’s stack files.'
      : 'As `pulumi preview --json` says.',
    '',
    '| Account | Whose | Resources | Of these kinds |',
    '|---|---|---|---|',
    ...changes.accounts.map(({ account, whose, made }) => {
      const kinds = Object.entries(made)
      const total = kinds.reduce((sum, [, count]) => sum + count, 0)
      return `| ${account} | ${whose === 'tenant' ? 'the tenant’s' : 'the hub’s: its ingress'} | ${total} | ${kinds.map(([kind, count]) => `${count} ${kind}`).join(', ')} |`
    }),
    '',
    `The hub’s stack: ${changes.ofHubStack === 0 ? 'nothing' : `${changes.ofHubStack} resources, which is a mistake: report it`}.`,
    '',
    '## Network paths',
    '',
    ...(paths.length === 0
      ? ['Not known without a rehearsal.']
      : ['| From | To | Result | How |', '|---|---|---|---|', ...paths.map(pathLine)]),
    '',
    ...lacks('at the shared model endpoint', lost),
    ...lacks('in an account that it shares', lostInAccount),
    ...lacks('by its settings', lostChecks),
    '## What a person still has to do',
    '',
    ...toDo.map((one, index) => `${index + 1}. ${one}`),
    '',
  ]
}

const lacks = (where: string, lost: readonly string[]): readonly string[] =>
  lost.length === 0 ? [] : [`What it lacks ${where} (docs/variants.md):`, '', ...lost.map((one) => `- no ${one}`), '']

function sharedAccountLine(account: string, shared: NonNullable<Facts['sharedAccount']>): string {
  const { neighbours, tokensPerMinute, invocationLog } = shared
  const together =
    tokensPerMinute === undefined
      ? 'One of them has no limit of tokens a minute as a whole.'
      : `Together they may take ${tokensPerMinute.toLocaleString('en-US')} tokens a minute, which has to be within its quota of each model.`
  return [
    `Account ${account} is shared: ${neighbours.length === 0 ? 'no other stack file names it yet' : `with ${neighbours.join(', ')}`}.`,
    together,
    ...(invocationLog === undefined ? [] : [`The invocation log of ${invocationLog} has the prompts of all of them.`]),
  ].join(' ')
}

const pathLine = ({ from, to, open, how }: { from: string; to: string; open: boolean; how: string }) =>
  `| ${from} | ${to} | ${open ? 'gained' : 'closed'} | ${how.replaceAll('|', '\\|')} |`
