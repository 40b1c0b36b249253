/**
 * Secrets of accounts, by region, with their versions. No program declares them, because a declared secret would be in its stack's state, so they are
 * kept here, for as long as the local cloud runs.
 */
import { randomBytes } from 'node:crypto'
import { AwsError } from '../../errors.ts'
import type { LedgerView } from '../../ledger/ledger.ts'
import { text } from '../../wire/protocol/shape.ts'

export interface Version {
  readonly id: string
  readonly value: string
}

export interface Secret {
  readonly arn: string
  readonly name: string
  readonly versions: Map<string, Version>
  /** Staging label → id of the version that has it. */
  readonly stages: Map<string, string>
  /** Scheduled for deletion. It stays so, because the recovery window does not end here. */
  deleted?: boolean
}

type Where = { readonly ledger: LedgerView; readonly account: string; readonly region: string }

/** Secrets by account and region, then by name. The key is the ledger, of which a local cloud has one. */
const SECRETS = new WeakMap<LedgerView, Map<string, Map<string, Secret>>>()

/** The secrets of an account in a region, by name. */
export function secretsIn({ ledger, account, region }: Where): Map<string, Secret> {
  const ofCloud = SECRETS.get(ledger) ?? new Map<string, Map<string, Secret>>()
  SECRETS.set(ledger, ofCloud)
  const found = ofCloud.get(`${account} ${region}`) ?? new Map<string, Secret>()
  ofCloud.set(`${account} ${region}`, found)
  return found
}

/** AWS appends a hyphen and six characters to the name. */
export const newArn = ({ account, region }: Where, name: string): string =>
  `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${randomBytes(3).toString('hex')}`

/** The ARN for which permission is checked. If the secret does not exist, its last six characters are invented. */
export const arnOf = (where: Where, id: string): string =>
  secretNamed(where, id)?.arn ?? (id.startsWith('arn:') ? id : newArn(where, id))

/** @param id the name, or the whole ARN */
export const secretNamed = (where: Where, id: string): Secret | undefined =>
  secretsIn(where).get(id) ?? [...secretsIn(where).values()].find(({ arn }) => arn === id)

/** @throws AwsError ResourceNotFoundException, or InvalidRequestException for a secret that is scheduled for deletion */
export function secretThere(where: Where, id: string): Secret {
  const secret = secretNamed(where, id)
  if (!secret) throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
  if (secret.deleted)
    throw new AwsError(
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was marked for deletion.",
    )
  return secret
}

/**
 * Adds a version. A repeated request, with the same id and value, changes nothing.
 * @param stages labels, which other versions lose. The first version also gets `AWSCURRENT`.
 * @returns the version's labels
 * @throws AwsError ResourceExistsException if the version has another value
 */
export function addVersion(secret: Secret, version: Version, stages: readonly string[] = ['AWSCURRENT']): string[] {
  const before = secret.versions.get(version.id)
  if (before?.value === version.value) return labelsOf(secret, version)
  if (before) throw new AwsError('ResourceExistsException', 'A version with this ClientRequestToken has another value.')
  const labels = [...new Set(secret.versions.size === 0 ? [...stages, 'AWSCURRENT'] : stages)]
  secret.versions.set(version.id, version)
  const current = secret.stages.get('AWSCURRENT')
  for (const label of labels) secret.stages.set(label, version.id)
  if (labels.includes('AWSCURRENT') && current !== undefined && current !== version.id)
    secret.stages.set('AWSPREVIOUS', current)
  return labels
}

export const labelsOf = ({ stages }: Secret, { id }: Version): string[] =>
  [...stages].filter(([, version]) => version === id).map(([label]) => label)

/** AWS's SDKs add a token to a request. A request that is made without them must contain one. */
export function requireToken(token: string | undefined): string {
  if (token !== undefined) return token
  throw new AwsError(
    'InvalidRequestException',
    'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
  )
}

export const SECRET_ID = text({ min: 1, max: 2048 })
export const TOKEN = text({ min: 32, max: 64 })
export const NAME = text({ min: 1, max: 512, pattern: /^[A-Za-z0-9/_+=.@-]+$/ })
/** In bytes. */
export const LONGEST_VALUE = 65_536
