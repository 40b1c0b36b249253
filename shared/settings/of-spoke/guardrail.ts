/** The setting `guardrail`: an existing guardrail of the tenant's account, or the rules from which one is made. */
import { GUARDRAIL_VERSION } from '../../guardrail.ts'
import { isMap } from '../../is-map.ts'
import { Refused } from '../refused.ts'
import type { Setting } from '../setting.ts'
import { mapOf } from '../values.ts'

export type GuardrailSettings =
  | { readonly kind: 'existing'; readonly arn: string; readonly version: string }
  | ({ readonly kind: 'made' } & GuardrailRules)

/** In Bedrock's own terms. */
export interface GuardrailRules {
  /** Denied topics, by name. */
  readonly topics: readonly Topic[]
  /** Words and phrases that are blocked wherever they occur. */
  readonly words: readonly string[]
  /** AWS's own list of profanities. */
  readonly profanity: boolean
  readonly pii: Readonly<Partial<Record<PiiKind, PiiAction>>>
  readonly filters: Readonly<Partial<Record<ContentFilter, Strength>>>
  /** What a caller gets instead of a blocked prompt or answer. */
  readonly message: string
}

export interface Topic {
  readonly name: string
  readonly definition: string
  readonly examples: readonly string[]
}

/** The values of the API; a test compares the lists with the SDK's. */
export const PII_KINDS = [
  ...([
    'ADDRESS',
    'AGE',
    'AWS_ACCESS_KEY',
    'AWS_SECRET_KEY',
    'CA_HEALTH_NUMBER',
    'CA_SOCIAL_INSURANCE_NUMBER',
  ] as const),
  ...(['CREDIT_DEBIT_CARD_CVV', 'CREDIT_DEBIT_CARD_EXPIRY', 'CREDIT_DEBIT_CARD_NUMBER', 'DRIVER_ID', 'EMAIL'] as const),
  ...(['INTERNATIONAL_BANK_ACCOUNT_NUMBER', 'IP_ADDRESS', 'LICENSE_PLATE', 'MAC_ADDRESS', 'NAME', 'PASSWORD'] as const),
  ...(['PHONE', 'PIN', 'SWIFT_CODE', 'UK_NATIONAL_HEALTH_SERVICE_NUMBER', 'UK_NATIONAL_INSURANCE_NUMBER'] as const),
  ...(['UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER', 'URL', 'USERNAME', 'US_BANK_ACCOUNT_NUMBER'] as const),
  ...(['US_BANK_ROUTING_NUMBER', 'US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER', 'US_PASSPORT_NUMBER'] as const),
  ...(['US_SOCIAL_SECURITY_NUMBER', 'VEHICLE_IDENTIFICATION_NUMBER'] as const),
] as const
export type PiiKind = (typeof PII_KINDS)[number]
export const PII_ACTIONS = ['BLOCK', 'ANONYMIZE'] as const
export type PiiAction = (typeof PII_ACTIONS)[number]
export const CONTENT_FILTERS = ['HATE', 'INSULTS', 'MISCONDUCT', 'PROMPT_ATTACK', 'SEXUAL', 'VIOLENCE'] as const
export type ContentFilter = (typeof CONTENT_FILTERS)[number]
export const STRENGTHS = ['NONE', 'LOW', 'MEDIUM', 'HIGH'] as const
export type Strength = (typeof STRENGTHS)[number]

/** The limits of one guardrail: AWS's quotas, and the limits of CreateGuardrail. */
const MOST = { topics: 30, definition: 200, examples: 5, example: 100, words: 10_000, word: 100, message: 500 } as const

const MESSAGE = 'This was blocked by the content policy of your organisation.'

export const guardrail: Setting<GuardrailSettings | undefined> = {
  type: 'map',
  meaning:
    "A Bedrock guardrail that every call of the tenant's models carries: an existing one of the tenant's account (arn, version), or the rules from which the stack makes one: " +
    'topics that are denied, words, profanity, pii, filters, and the message that a caller gets in place of a blocked answer (docs/governance.md).',
  allowed:
    "a map of arn (of a guardrail in the tenant's account) and version (a number); or a map of at least one of topics (up to 30 names, each with a " +
    `definition of up to ${MOST.definition} characters, or a map of definition and examples), words (a list), profanity (true), pii (kinds such as EMAIL → ` +
    `${PII_ACTIONS.join(' or ')}) and filters (${CONTENT_FILTERS.join(', ')} → ${STRENGTHS.join(', ')}), and a message of up to ${MOST.message} characters.`,
  entries: 'map',
  placeholder: '{WORD}',
  fallback: { value: undefined, text: 'none' },
  parse: parseGuardrail,
}

type Fields = Readonly<Record<string, unknown>>

const ARN = /^arn:aws[a-z-]*:bedrock:[a-z0-9-]{1,20}:\d{12}:guardrail\/[a-z0-9]+$/
const RULES = ['topics', 'words', 'profanity', 'pii', 'filters'] as const

function parseGuardrail(raw: string): GuardrailSettings {
  const given: Fields = Object.fromEntries(mapOf(raw))
  return 'arn' in given || 'version' in given ? existing(given) : made(given)
}

function existing(given: Fields): GuardrailSettings {
  refuseOthers(given, ['arn', 'version'], 'beside an existing guardrail, whose rules are its own')
  const { arn } = given
  const version = typeof given.version === 'number' ? String(given.version) : given.version
  if (typeof arn !== 'string' || !ARN.test(arn))
    throw new Refused('its arn is not that of a guardrail.', { at: '["arn"]' })
  if (typeof version !== 'string' || !GUARDRAIL_VERSION.test(version))
    throw new Refused('its version is not a number: a draft changes under those who call.', { at: '["version"]' })
  return { kind: 'existing', arn, version }
}

function made(given: Fields): GuardrailSettings {
  refuseOthers(given, [...RULES, 'message'], 'in a guardrail')
  if (!RULES.some((name) => given[name] !== undefined)) throw new Refused('it has no rule.')
  return {
    kind: 'made',
    topics: given.topics === undefined ? [] : topicsOf(given.topics),
    words: given.words === undefined ? [] : textsOf(given.words, '["words"]', 'words', MOST.words, MOST.word),
    profanity: flagOf(given.profanity),
    pii: choicesOf(given.pii, 'pii', PII_KINDS, PII_ACTIONS),
    filters: choicesOf(given.filters, 'filters', CONTENT_FILTERS, STRENGTHS),
    message: given.message === undefined ? MESSAGE : textOf(given.message, 'message', MOST.message),
  }
}

function refuseOthers(given: Fields, allowed: readonly string[], where: string): void {
  const extra = Object.keys(given).find((name) => !allowed.includes(name))
  if (extra !== undefined) throw new Refused(`it has the entry "${extra}", which is not known ${where}.`)
}

const TOPIC_NAME = /^[0-9a-zA-Z\-_ !?.]{1,100}$/

function topicsOf(value: unknown): readonly Topic[] {
  const entries = Object.entries(mapIn(value, 'topics'))
  if (entries.length < 1 || entries.length > MOST.topics) throw new Refused(`topics has ${entries.length} names.`)
  return entries.map(([name, topic]) => {
    if (!TOPIC_NAME.test(name)) throw new Refused(`"${name}" is not a name that a topic may have.`)
    if (typeof topic === 'string')
      return { name, definition: textOf(topic, `the topic "${name}"`, MOST.definition), examples: [] }
    const { definition, examples = [], ...others } = mapIn(topic, `the topic "${name}"`)
    refuseOthers(others, [], `in the topic "${name}"`)
    return {
      name,
      definition: textOf(definition, `the definition of "${name}"`, MOST.definition),
      examples:
        Array.isArray(examples) && examples.length === 0
          ? []
          : textsOf(examples, '', `examples of "${name}"`, MOST.examples, MOST.example),
    }
  })
}

function textsOf(value: unknown, at: string, what: string, most: number, longest: number): readonly string[] {
  if (!Array.isArray(value)) throw new Refused(`${what} is not a list.`, { at })
  if (value.length < 1 || value.length > most) throw new Refused(`${what} has ${value.length} entries.`, { at })
  const texts = value.map((one: unknown, index) => textOf(one, `entry ${index} of ${what}`, longest))
  const twice = texts.find((one, index) => texts.indexOf(one) !== index)
  if (twice !== undefined) throw new Refused(`${what} has "${twice}" twice.`, { at })
  return texts
}

function textOf(value: unknown, what: string, longest: number): string {
  if (typeof value !== 'string' || value.trim() === '') throw new Refused(`${what} is not a text.`)
  if (value.length > longest) throw new Refused(`${what} has ${value.length} characters.`)
  return value
}

function flagOf(value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false
  throw new Refused('profanity is neither true nor false.', { at: '["profanity"]' })
}

function choicesOf<Name extends string, Choice extends string>(
  value: unknown,
  what: string,
  names: readonly Name[],
  choices: readonly Choice[],
): Readonly<Partial<Record<Name, Choice>>> {
  const map = value === undefined ? {} : mapIn(value, what)
  for (const [name, choice] of Object.entries(map)) {
    if (!names.some((known) => known === name))
      throw new Refused(`${what} has "${name}", which is none of AWS's names.`)
    if (!choices.some((known) => known === choice))
      throw new Refused(`${what} has ${JSON.stringify(choice)} for "${name}".`, { at: `["${what}"]["${name}"]` })
  }
  return map as Readonly<Partial<Record<Name, Choice>>>
}

function mapIn(value: unknown, what: string): Fields {
  if (!isMap(value)) throw new Refused(`${what} is not a map.`)
  return value
}
