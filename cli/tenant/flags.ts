/** Reads the flags of `tenant add` one by one. Their values are validated later, as settings. */
import { SPOKE_PREFIXES } from '../../shared/addressing.ts'
import { LIMIT_RANGES } from '../../shared/limits.ts'
import { roleArn } from '../../shared/naming.ts'
import { modelIds } from '../../shared/settings/spoke.ts'
import { SPOKE_TABLE } from '../../shared/settings/spoke-table.ts'
import { type Arguments, messageOf, UserError } from '../verb.ts'

export interface TenantFlags {
  readonly account: string
  readonly models: Readonly<Record<string, string>>
  readonly defaultModel: string
  readonly compute: 'lambda' | 'fargate'
  /** The name of a preset, or JSON. */
  readonly tier: string
  readonly modelEndpoint: 'own' | 'hub'
  readonly cidrBlock?: string
  readonly prefixLength?: number
  readonly zones?: readonly string[]
  readonly roleArn: string
  readonly hubStack?: string
  /** Whether other tenants are in the account; the tenant then needs a limit of tokens a minute. */
  readonly sharedAccount?: { readonly tokensPerMinute: number }
}

/** Name of the deploy role that every tenant's account has (docs/onboarding.md). */
const DEPLOYER = 'genai-deployer'

export function readFlags(tenantId: string, values: Arguments['values']): TenantFlags {
  const text = (name: string) => (values[name] === undefined ? undefined : String(values[name]))
  const given = text('account')
  if (given === undefined)
    throw new UserError(`Which account is ${tenantId}'s?`, 'Add --account ID: 12 digits, an account of its own.')
  const account = read('account', given, SPOKE_TABLE.account)
  const models = modelsOf(list(values.model))
  const cidrBlock = text('cidr')
  const prefixLength = text('prefix-length')
  if (cidrBlock !== undefined && prefixLength !== undefined)
    throw new UserError(
      '--cidr and --prefix-length are both given.',
      'A block of your own has its size: leave one out.',
    )
  if (prefixLength !== undefined && !/^\d{1,2}$/.test(prefixLength))
    throw new UserError(
      `--prefix-length "${prefixLength}" is not a number of bits.`,
      `A block is a /${SPOKE_PREFIXES.largest} to a /${SPOKE_PREFIXES.smallest}: ${SPOKE_PREFIXES.largest} to ${SPOKE_PREFIXES.smallest}.`,
    )
  const modelEndpoint = read('model-endpoint', text('model-endpoint') ?? 'own', SPOKE_TABLE.modelEndpoint)
  const ofNetwork = ['cidr', 'prefix-length', 'zone'].filter((name) => values[name] !== undefined)
  if (modelEndpoint === 'hub' && ofNetwork.length > 0)
    throw new UserError(
      `--model-endpoint is hub, and ${ofNetwork.map((name) => `--${name}`).join(' and ')} is given.`,
      'A tenant at the shared endpoint has no network of its own: leave it out.',
    )
  const sharedAccount = sharedAccountOf(values['shared-account'] === true, text('tokens-per-minute'))
  const hubStack = text('hub-stack')
  const zones = list(values.zone)
  const compute = read('compute', text('compute') ?? 'lambda', SPOKE_TABLE.compute)
  const tier = text('tier') ?? 'small'
  read('tier', tier, SPOKE_TABLE.tier)
  if (cidrBlock !== undefined) read('cidr', cidrBlock, SPOKE_TABLE.cidrBlock)
  if (zones.length > 0) read('zone', JSON.stringify(zones), SPOKE_TABLE.availabilityZoneIds)
  return {
    account,
    models,
    compute,
    tier,
    modelEndpoint,
    defaultModel: text('default-model') ?? Object.keys(models)[0] ?? '',
    roleArn: text('role-arn') ?? roleArn(account, DEPLOYER),
    ...(cidrBlock !== undefined && { cidrBlock }),
    ...(prefixLength !== undefined && { prefixLength: Number(prefixLength) }),
    ...(zones.length > 0 && { zones }),
    ...(sharedAccount && { sharedAccount }),
    ...(hubStack !== undefined && { hubStack: read('hub-stack', hubStack, SPOKE_TABLE.hubStack) ?? hubStack }),
  }
}

function modelsOf(given: readonly string[]): Readonly<Record<string, string>> {
  if (given.length === 0)
    throw new UserError(
      'Which models may the tenant use?',
      'Add --model NAME=ID, at least once. An ID is one of Bedrock, such as us.amazon.nova-2-lite-v1:0.',
    )
  const models: Record<string, string> = {}
  for (const pair of given) {
    const [, name, id] = /^([^=]+)=(.+)$/.exec(pair) ?? []
    if (name === undefined || id === undefined)
      throw new UserError(
        `--model "${pair}" is not NAME=ID.`,
        'A NAME is what callers use, an ID one of Bedrock, such as us.amazon.nova-2-lite-v1:0.',
      )
    if (Object.hasOwn(models, name))
      throw new UserError(`--model names "${name}" twice.`, 'A name stands for one model.')
    models[name] = id
  }
  return modelIds(read('model', JSON.stringify(models), SPOKE_TABLE.models))
}

function read<T>(
  flag: string,
  text: string,
  setting: { readonly allowed: string; readonly parse: (raw: string) => T },
): T {
  try {
    return setting.parse(text)
  } catch (cause) {
    throw new UserError(`--${flag}: ${messageOf(cause)}`, `Allowed: ${setting.allowed}`, { cause })
  }
}

const list = (value: Arguments['values'][string]): readonly string[] =>
  value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)]

/** Without a limit on its share of the account's quotas, a tenant could use up those of its neighbours. */
function sharedAccountOf(shared: boolean, tokens: string | undefined): TenantFlags['sharedAccount'] {
  if (!shared && tokens === undefined) return undefined
  if (!shared)
    throw new UserError(
      '--tokens-per-minute is given without --shared-account.',
      'Other limits are settings: docs/governance.md.',
    )
  if (tokens === undefined)
    throw new UserError(
      '--shared-account is given without --tokens-per-minute.',
      'Add the share of the account’s quota that the tenant may take: --tokens-per-minute NUMBER.',
    )
  const { least, most } = LIMIT_RANGES.tokensPerMinute
  if (!/^\d{1,10}$/.test(tokens) || Number(tokens) < least || Number(tokens) > most)
    throw new UserError(
      `--tokens-per-minute "${tokens}" is no such number.`,
      `It is a whole number from ${least} to ${most}.`,
    )
  return { tokensPerMinute: Number(tokens) }
}
