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
  /** A deletion waits for its window to end. */
  deleted?: boolean
}

type Where = { readonly ledger: LedgerView; readonly account: string; readonly region: string }

/** By account and region, of one cloud: its ledger stands for it. */
const SECRETS = new WeakMap<LedgerView, Map<string, Map<string, Secret>>>()

/** By name. */
export function secretsIn({ ledger, account, region }: Where): Map<string, Secret> {
  const ofCloud = SECRETS.get(ledger) ?? new Map<string, Map<string, Secret>>()
  SECRETS.set(ledger, ofCloud)
  const found = ofCloud.get(`${account} ${region}`) ?? new Map<string, Secret>()
  ofCloud.set(`${account} ${region}`, found)
  return found
}

/** AWS puts a hyphen and six characters behind the name. */
export const newArn = ({ account, region }: Where, name: string): string =>
  `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${randomBytes(3).toString('hex')}`

/** What IAM is asked about for a secret that is named, whether it is there or not. */
export const arnOf = (where: Where, id: string): string =>
  secretNamed(where, id)?.arn ?? (id.startsWith('arn:') ? id : newArn(where, id))

/** @param id the name, or the whole ARN */
export const secretNamed = (where: Where, id: string): Secret | undefined =>
  secretsIn(where).get(id) ?? [...secretsIn(where).values()].find(({ arn }) => arn === id)

/** @throws ResourceNotFoundException, or InvalidRequestException for one that is to be deleted */
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

/** @param stages labels, which other versions lose. The first version also gets `AWSCURRENT`. */
export function addVersion(secret: Secret, version: Version, stages: readonly string[] = ['AWSCURRENT']): string[] {
  const before = secret.versions.get(version.id)
  if (before && before.value !== version.value)
    throw new AwsError('ResourceExistsException', 'A version with this ClientRequestToken has another value.')
  const labels = [...new Set(secret.versions.size === 0 ? [...stages, 'AWSCURRENT'] : stages)]
  secret.versions.set(version.id, version)
  const current = secret.stages.get('AWSCURRENT')
  for (const label of labels) secret.stages.set(label, version.id)
  if (labels.includes('AWSCURRENT') && current !== undefined && current !== version.id)
    secret.stages.set('AWSPREVIOUS', current)
  return labels
}

/** The SDK's clients make one up; who sends a request of their own has to. */
export function requireToken(token: string | undefined): string {
  if (token !== undefined) return token
  throw new AwsError(
    'InvalidRequestException',
    'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
  )
}

export const TOKEN = text({ min: 32, max: 64 })
export const NAME = text({ min: 1, max: 512, pattern: /^[A-Za-z0-9/_+=.@-]+$/ })
/** In bytes. */
export const LONGEST_VALUE = 65_536
