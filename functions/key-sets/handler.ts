/**
 * Lambda's entry point of the function that fetches key sets. Every minute it fetches those of all issuers. When a stack is deployed, it fetches
 * those of that stack's issuers, and the deployment fails if one cannot be fetched.
 */
import { HUB_OWNER, type KeySetsEnvironment } from '../../shared/tenant.ts'
import { clientOptions, ownCredentials } from '../gateway/aws/clients.ts'
import { createConnections } from '../gateway/aws/connection.ts'
import { dynamoDb } from '../gateway/aws/dynamodb.ts'
import { CONTROL_ATTEMPTS } from '../gateway/constants.ts'
import { fetchDocument } from './fetch.ts'
import { type Issuer, tenantsIssuers } from './issuers.ts'
import { again } from './retry.ts'
import { fetchKeySets } from './run.ts'
import { storeKeySet } from './store.ts'

const environment: KeySetsEnvironment = {
  KEY_SETS_TABLE: required('KEY_SETS_TABLE'),
  TENANTS_TABLE: required('TENANTS_TABLE'),
  ISSUER: required('ISSUER'),
  ...both('IDENTITY_ISSUER', 'IDENTITY_JWKS_URI'),
}
const region = required('AWS_REGION')
const client = dynamoDb(
  region,
  clientOptions(region, createConnections(), ownCredentials(process.env), CONTROL_ATTEMPTS),
)
const fetch = fetchDocument()

/** @param event `{ owner }` from a deployment; anything else comes from the schedule */
export async function handler(event: unknown): Promise<{ readonly fetched: number }> {
  const owner = ownerOf(event)
  return owner === undefined ? await fetchAll() : await again(() => fetchAll(owner))
}

async function fetchAll(owner?: string): Promise<{ readonly fetched: number }> {
  // If the tenants' issuers cannot be read, those of the hub are still fetched.
  const [hubs, tenants] = await Promise.allSettled([
    owner === undefined || owner === HUB_OWNER ? run(HUBS_ISSUERS) : [],
    owner === HUB_OWNER ? [] : tenantsIssuers(client, environment.TENANTS_TABLE, owner).then(run),
  ])
  if (hubs.status === 'rejected') throw hubs.reason
  if (tenants.status === 'rejected') throw tenants.reason
  const outcomes = [...hubs.value, ...tenants.value]
  const failed = outcomes.filter(({ outcome }) => outcome === 'failed')
  if (owner !== undefined && failed.length > 0)
    throw new Error(failed.map(({ issuer, reason }) => `The key set of ${issuer} cannot be had: ${reason}.`).join(' '))
  return { fetched: outcomes.length - failed.length }
}

/** The user pool's issuer, also if people sign in elsewhere: tenants that were deployed before that change still read its key set. */
const HUBS_ISSUERS: readonly Issuer[] = [
  {
    owner: HUB_OWNER,
    issuer: environment.ISSUER,
    jwksUri: `${environment.ISSUER}/.well-known/jwks.json`,
  },
  ...(environment.IDENTITY_ISSUER === undefined || environment.IDENTITY_JWKS_URI === undefined
    ? []
    : [{ owner: HUB_OWNER, issuer: environment.IDENTITY_ISSUER, jwksUri: environment.IDENTITY_JWKS_URI }]),
]

const run = (issuers: readonly Issuer[]) =>
  fetchKeySets(issuers, {
    fetch,
    store: (set) => storeKeySet(client, environment.KEY_SETS_TABLE, set),
    now: Date.now,
    log: (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
  })

function ownerOf(event: unknown): string | undefined {
  return typeof event === 'object' && event !== null && 'owner' in event && typeof event.owner === 'string'
    ? event.owner
    : undefined
}

function required(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`The environment variable ${name} is missing.`)
  return value
}

/** Reads two variables, of which either both or none must be set. */
function both<const A extends string, const B extends string>(one: A, other: B): { [K in A | B]?: string } {
  if (process.env[one] === undefined && process.env[other] === undefined) return {}
  return { [one]: required(one), [other]: required(other) } as { [K in A | B]?: string }
}
