/** Converts the options of `fault add` to a rule of the local cloud. An error names what is allowed. */
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { Fault, FaultRule, Outage, StreamException, Where } from '@genai/local-cloud/faults/faults'
import { functionName } from '../../shared/naming.ts'
import { tenantIdOf } from '../tenant/id.ts'
import { messageOf, UserError } from '../verb.ts'
import { KINDS, type Option } from './kinds.ts'

/** The text of each option that was given. */
export type Given = Readonly<Partial<Record<Option, string>>>

export type Wanted =
  | { readonly kind: 'rule'; readonly rule: FaultRule }
  | { readonly kind: 'outage'; readonly outage: Outage }

type Cloud = Pick<LocalCloud, 'ledger' | 'organization'>

/** @throws UserError if the fault names something that the local cloud does not have, or can never have an effect */
export function readFault(name: string, given: Given, cloud: Cloud): Wanted {
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name as keyof typeof KINDS] : undefined
  if (!kind) throw new UserError(`There is no fault "${name}".`, `One of: ${Object.keys(KINDS).join(', ')}.`)
  const allowed: readonly string[] = [...kind.needs, ...kind.takes]
  for (const option of Object.keys(given))
    if (!allowed.includes(option))
      throw new UserError(`--${option} does not go with ${name}.`, `${name} takes ${flags(allowed)}.`)
  const missing = kind.needs.filter((option) => given[option] === undefined)
  if (missing.length > 0) throw new UserError(`${name} needs ${flags(missing)}.`, `Example: ${kind.example}`)
  if (name === 'outage') return { kind: 'outage', outage: outageOf(given, cloud) }
  const rule: FaultRule = {
    where: whereOf(given, cloud),
    fault: faultOf(name as Exclude<keyof typeof KINDS, 'outage'>, given),
    ...(given.times !== undefined && { times: numberOf('times', given.times) }),
    ...(given.probability !== undefined && { probability: numberOf('probability', given.probability) }),
  }
  return { kind: 'rule', rule }
}

/** Adds a rule, and turns the local cloud's refusal of it into a UserError. */
export function told<T>(add: () => T): T {
  try {
    return add()
  } catch (cause) {
    throw new UserError(messageOf(cause), 'See: npm run genai -- fault add --help', { cause })
  }
}

function faultOf(name: Exclude<keyof typeof KINDS, 'outage'>, given: Given): Fault {
  const number = (option: Option) => numberOf(option, given[option] ?? '')
  switch (name) {
    case 'latency':
      return { kind: 'latency', milliseconds: number('milliseconds') }
    case 'error':
      return { kind: 'error', code: given.code ?? '', status: number('status') }
    case 'throttling':
      return {
        kind: 'throttling',
        ...(given['retry-after'] !== undefined && { retryAfterSeconds: number('retry-after') }),
      }
    case 'clock-skew':
      return { kind: 'clockSkew', seconds: number('seconds') }
    case 'short-session':
      return { kind: 'shortSession', seconds: number('seconds') }
    case 'kill':
      return { kind: 'kill', afterMilliseconds: number('milliseconds') }
    case 'expired-credentials':
      return { kind: 'expiredCredentials' }
    case 'stream-pause': {
      const afterEvents = given.after === undefined ? 0 : number('after')
      return { kind: 'streamPause', milliseconds: number('milliseconds'), afterEvents }
    }
    case 'stream-error': {
      // The local cloud refuses a code that is not an exception of a stream, and lists the valid ones.
      const code = (given.code ?? 'modelStreamErrorException') as StreamException
      return { kind: 'streamError', code, afterEvents: number('after') }
    }
    case 'stream-end':
      return { kind: 'streamEnd', afterEvents: number('after') }
    case 'stream-cut':
      return { kind: 'streamCut', afterEvents: number('after') }
    case 'half-answer':
      return { kind: 'halfAnswer' }
    case 'reset':
    case 'silence':
      return { kind: name }
  }
}

function whereOf(given: Given, cloud: Cloud): Where {
  const { service, operation, model } = given
  const account = accountOf(given, cloud)
  const tenantId = given.tenant === undefined ? undefined : tenantIdOf(given.tenant)
  if (tenantId !== undefined && !GATEWAYS.some((type) => cloud.ledger.findBy(type, 'name', functionName(tenantId))))
    throw unknownTenant(tenantId, cloud)
  return {
    ...(service !== undefined && { service }),
    ...(operation !== undefined && { operation }),
    ...(model !== undefined && { model }),
    ...(account !== undefined && { account }),
    ...(tenantId !== undefined && { functionName: functionName(tenantId) }),
  }
}

/** Resource types that run a tenant's gateway. A function and a service have the same name. */
const GATEWAYS = ['aws:lambda/function:Function', 'aws:ecs/service:Service']
const ENDPOINT = 'aws:ec2/vpcEndpoint:VpcEndpoint'

/** The interfaces that go down. For a tenant these are the ones of its model endpoint. */
function outageOf(given: Given, cloud: Cloud): Outage {
  const { ledger } = cloud
  const { tenant, endpoint, zone } = given
  const account = accountOf(given, cloud)
  const endpoints = ledger.all(ENDPOINT)
  const ofTenant = tenant === undefined ? undefined : endpoints.find((one) => tenantOf(one.outputs.tags) === tenant)
  if (tenant !== undefined && !ofTenant) throw unknownTenant(tenantIdOf(tenant), cloud)
  if (endpoint !== undefined && !endpoints.some(({ id }) => id === endpoint))
    throw new UserError(`There is no endpoint ${endpoint}.`, `There are ${endpoints.map(({ id }) => id).join(', ')}.`)
  const zones = [
    ...new Set(ledger.all('aws:ec2/subnet:Subnet').map(({ outputs }) => String(outputs.availabilityZoneId))),
  ]
  if (zone !== undefined && !zones.includes(zone))
    throw new UserError(`Nothing is in the zone "${zone}".`, `Zones by their ids: ${zones.sort().join(', ')}.`)
  const ownerId = ofTenant?.id ?? endpoint
  return {
    ...(zone !== undefined && { zoneId: zone }),
    ...(ownerId !== undefined && { ownerId }),
    ...(account !== undefined && { account }),
  }
}

const tenantOf = (tags: unknown) =>
  typeof tags === 'object' && tags !== null && 'tenant' in tags ? tags.tenant : undefined

function accountOf({ account }: Given, { organization }: Cloud): string | undefined {
  if (account === undefined || organization.accounts.some(({ id }) => id === account)) return account
  const known = organization.accounts.map(({ id, name }) => `${id} (${name})`).join(', ')
  throw new UserError(`There is no account ${account} in the organisation.`, `There are ${known}.`)
}

function unknownTenant(tenantId: string, { ledger }: Cloud): UserError {
  const prefix = functionName('')
  const tenants = GATEWAYS.flatMap((type) => ledger.all(type))
    .map(({ outputs }) => String(outputs.name))
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
  const there = tenants.length > 0 ? `There are ${tenants.sort().join(', ')}.` : 'None is deployed yet.'
  return new UserError(`There is no tenant ${tenantId} in the local cloud.`, there)
}

function numberOf(option: Option, text: string): number {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  throw new UserError(
    `--${option} is no number: ${text}`,
    `Example: --${option} ${option === 'probability' ? '0.2' : '5'}`,
  )
}

const flags = (options: readonly string[]) =>
  options.length === 0 ? 'no option' : options.map((option) => `--${option}`).join(', ')
