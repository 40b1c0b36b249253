/** `aws.cognito.IdentityProvider`: another provider that a pool's pages send people to. */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { LedgerView, Properties } from '../../../ledger/ledger.ts'
import { lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known, object, others, text } from '../../../resource/values.ts'
import { poolOf, requirePool } from './user-pool.ts'

export const IDENTITY_PROVIDER = 'aws:cognito/identityProvider:IdentityProvider'

const invalid = (message: string) => new AwsError('InvalidParameterException', message)

/** The details that each type of provider needs. Cognito finds the endpoints of an OIDC provider in its discovery document. */
const DETAILS: Readonly<Record<string, readonly string[]>> = {
  OIDC: ['client_id', 'client_secret', 'attributes_request_method', 'oidc_issuer', 'authorize_scopes'],
  SAML: ['MetadataURL'],
}

/** The group that Cognito makes for a provider, and puts each of its people into. */
export const providerGroup = (poolId: string, name: string): string => `${poolId}_${name}`

export const identityProvider: ResourceType = {
  type: IDENTITY_PROVIDER,
  inputs: ['userPoolId', 'providerName', 'providerType', 'providerDetails', 'attributeMapping', 'idpIdentifiers'],
  required: ['userPoolId', 'providerName', 'providerType', 'providerDetails'],
  replaces: ['userPoolId', 'providerName', 'providerType'],
  releases: 'all',
  heldThrough: [],
  refuse(situation) {
    const { inputs } = situation
    const pool = requirePool(situation)
    const name = known(inputs, 'providerName')
    if (!/^[^_\p{Z}]{3,32}$/u.test(name)) throw invalid(`Invalid provider name '${name}'`)
    const taken = others(situation, IDENTITY_PROVIDER, ['providerName', name])
    if (taken.some((other) => other.inputs.userPoolId === pool.id))
      throw new AwsError('DuplicateProviderException', `A provider ${name} is in the user pool already.`)
    const type = known(inputs, 'providerType')
    const needed = DETAILS[type]
    if (!needed) throw new UnsupportedError(`providerType ${type} of ${IDENTITY_PROVIDER}`)
    const details = object(inputs, 'providerDetails') ?? {}
    const missing = needed.find((one) => text(details, one) === undefined)
    if (missing !== undefined) throw invalid(`providerDetails of ${type} must have ${missing}.`)
    const unknown = Object.keys(details).find((one) => !needed.includes(one))
    if (unknown !== undefined) throw new UnsupportedError(`providerDetails.${unknown} of ${IDENTITY_PROVIDER}`)
    const address = text(details, type === 'OIDC' ? 'oidc_issuer' : 'MetadataURL') ?? ''
    if (!/^https:\/\/[^/]+/.test(address)) throw invalid(`${address} is no HTTPS URL.`)
    refuseMapping(object(inputs, 'attributeMapping') ?? {}, type)
    if (inputs.idpIdentifiers !== undefined) throw new UnsupportedError(`idpIdentifiers of ${IDENTITY_PROVIDER}`)
  },
  answer({ inputs }) {
    const [pool, name] = [known(inputs, 'userPoolId'), known(inputs, 'providerName')]
    return { id: `${pool}:${name}`, outputs: { attributeMapping: inputs.attributeMapping ?? { username: 'sub' } } }
  },
  permissions: lifeCycle((situation) => {
    const on = poolOf(situation)
    return {
      create: on('CreateIdentityProvider'),
      read: on('DescribeIdentityProvider'),
      update: on('UpdateIdentityProvider'),
      delete: on('DeleteIdentityProvider'),
    }
  }),
}

/** AWS takes an OIDC user's name from `sub`. No other mapping is supported here. */
function refuseMapping(mapping: Properties, type: string): void {
  for (const [attribute, claim] of Object.entries(mapping))
    if (type !== 'OIDC' || attribute !== 'username' || claim !== 'sub')
      throw new UnsupportedError(`attributeMapping.${attribute} of ${IDENTITY_PROVIDER}`)
}

/** The data of a provider that the pages need. */
export interface Provider {
  readonly name: string
  readonly type: string
  readonly details: Readonly<Record<string, string>>
}

export const providersOf = (ledger: LedgerView, poolId: string): readonly Provider[] =>
  ledger
    .all(IDENTITY_PROVIDER)
    .filter(({ outputs }) => outputs.userPoolId === poolId)
    .map(({ outputs }) => ({
      name: known(outputs, 'providerName'),
      type: known(outputs, 'providerType'),
      details: Object.fromEntries(
        Object.entries(object(outputs, 'providerDetails') ?? {}).map(([key, value]) => [key, String(value)]),
      ),
    }))
