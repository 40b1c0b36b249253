import { askSwitch } from '../fault/ask.ts'
import { KINDS, OPTIONS, type Option } from '../fault/kinds.ts'
import type { FaultRow } from '../fault/switch.ts'
import { textTable } from '../tenant/text-table.ts'
import { type Arguments, UserError, type Verb, type VerbGroup } from '../verb.ts'

const json = { type: 'boolean', help: 'the faults that are on, as JSON' } as const

const text = (placeholder: string, help: string) => ({ type: 'string', placeholder, help }) as const

const OPTION_HELP = {
  service: text('NAME', 'sts, dynamodb, cognito-idp, logs, bedrock-runtime or lambda (default: all)'),
  operation: text('NAME', 'AssumeRole, Query, Converse, jwks.json, … (default: all)'),
  account: text('ID', 'whose credentials sign the call; of an outage, where the interface is'),
  tenant: text('TENANT', "the tenant whose function calls, or is called; of an outage, the tenant's endpoint"),
  model: text('ID', 'Bedrock model or inference profile'),
  times: text('NUMBER', 'the first so many calls only'),
  probability: text('SHARE', 'this share of the calls: above 0, at most 1'),
  zone: text('ID', 'zone by its id: use1-az1'),
  endpoint: text('ID', 'an endpoint: vpce-…'),
  milliseconds: text(
    'NUMBER',
    'of latency: how much later; of stream-pause: how long; of kill: how long after the request',
  ),
  seconds: text('NUMBER', 'of clock-skew (--seconds=-600: behind) and short-session'),
  code: text('NAME', "of error: the service's code; of stream-error: the exception"),
  status: text('NUMBER', 'of error: the HTTP status, 400 to 599'),
  after: text('EVENTS', 'of the stream kinds: events that come before it'),
  'retry-after': text('SECONDS', 'of throttling: the Retry-After header'),
} as const satisfies Readonly<Record<Option, object>>

const add: Verb = {
  name: 'fault add',
  usage: 'KIND',
  summary: 'Switches a fault on in the local cloud that is running, for the calls that fit.',
  details: [
    'KIND is one of',
    ...Object.entries(KINDS).map(([name, { what }]) => `  ${name.padEnd(20)} ${what}`),
    '',
    'Every option that is given must fit. Examples:',
    ...Object.values(KINDS).map(({ example }) => `  ${example}`),
    '',
    'What callers then see: docs/faults.md. Faults end with the local cloud, or with: npm run genai -- fault clear',
  ].join('\n'),
  positionals: [1, 1],
  options: { ...OPTION_HELP, json },
  async run({ values, positionals }) {
    const options = Object.fromEntries(
      OPTIONS.flatMap((name) => (values[name] === undefined ? [] : [[name, String(values[name])]])),
    )
    show(await askSwitch({ verb: 'add', kind: positionals[0] ?? '', options }), values)
    return 0
  },
}

const list: Verb = {
  name: 'fault list',
  usage: '',
  summary: 'Lists the faults that are on, and how many calls each has hit.',
  positionals: [0, 0],
  options: { json },
  async run({ values }) {
    show(await askSwitch({ verb: 'list' }), values)
    return 0
  },
}

const clear: Verb = {
  name: 'fault clear',
  usage: '[NUMBER]',
  summary: 'Switches one fault off, or all of them.',
  positionals: [0, 1],
  options: { json },
  async run({ values, positionals: [number] }) {
    if (number !== undefined && !/^\d{1,9}$/.test(number))
      throw new UserError(`"${number}" is no number of a fault.`, 'See: npm run genai -- fault list')
    show(await askSwitch({ verb: 'clear', ...(number !== undefined && { number: Number(number) }) }), values)
    return 0
  },
}

function show(faults: readonly FaultRow[], values: Arguments['values']): void {
  if (values.json === true) process.stdout.write(`${JSON.stringify(faults, undefined, 2)}\n`)
  else if (faults.length === 0) process.stdout.write('No fault is on.\n')
  else process.stdout.write(textTable(['number', 'fault', 'where and what', 'hits'], faults.map(rowOf)))
}

const rowOf = ({ number, kind, options, hits }: FaultRow) => [
  String(number),
  kind,
  Object.entries(options)
    .map(([name, value]) => `--${name} ${value}`)
    .join(' ') || 'every call',
  String(hits),
]

export const fault: VerbGroup = {
  name: 'fault',
  usage: 'VERB',
  summary: 'Makes the running local cloud fail on purpose: slow, throttled, broken, killed, a zone down.',
  verbs: [add, list, clear],
}
