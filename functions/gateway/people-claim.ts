/** Reads the setting, written by the deployment, that says how an external provider's tokens name the tenant. */
import { isMap } from '../../shared/is-map.ts'
import { CLAIM_FORMATS, type PeopleClaim } from '../../shared/tenant.ts'

/** @throws Error if the setting is not complete: a missing part must not be replaced by a default */
export function readPeopleClaim(text: string): PeopleClaim {
  const parsed: unknown = JSON.parse(text)
  const { claim, format, value, groupsClaim } = isMap(parsed) ? parsed : {}
  const known = CLAIM_FORMATS.find((one) => one === format)
  if (!isText(claim) || !isText(value) || known === undefined || (groupsClaim !== undefined && !isText(groupsClaim)))
    throw new Error('The environment variable PEOPLE_CLAIM is malformed.')
  return { claim, format: known, value, ...(groupsClaim !== undefined && { groupsClaim }) }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
