/** Explains a registry's errors to the user of the command. */
import type { IncomingMessage } from 'node:http'
import * as v from 'valibot'
import { repositoryName } from '../../shared/naming.ts'
import { messageOf, UserError } from '../verb.ts'
import { textOf } from './http.ts'

/** Whether a base image is read, or the image is pushed. */
export type Side = 'base' | 'repository'

export const POLICY = 'platform-deployer-image'
const ALLOW = `The policy that is needed: ${POLICY}, in docs/deployers.md; a service control policy or the repository's own may deny it too.`
const OTHER_BASE =
  '--base names another image; one in the registry of the hub’s account is read with the same credentials.'

export class RegistryRefusal extends UserError {
  /** An error code of the distribution protocol, such as `NAME_UNKNOWN`. */
  readonly code: string

  constructor(code: string, message: string, remedy: string) {
    super(message, remedy)
    this.code = code
  }
}

const Errors = v.object({
  errors: v.pipe(v.array(v.looseObject({ code: v.string(), message: v.optional(v.string(), '') })), v.minLength(1)),
})

/** Reads the answer's body. */
export async function refusal(url: URL, side: Side, what: string, answer: IncomingMessage): Promise<RegistryRefusal> {
  const status = answer.statusCode ?? 0
  const said = await textOf(answer).then(
    (bytes) => v.safeParse(Errors, jsonOf(bytes)),
    () => undefined,
  )
  const { code = '', message = '' } = (said?.success ? said.output.errors[0] : undefined) ?? {}
  const words = [`${status}`, code, message].filter((word) => word !== '').join(' ')
  return new RegistryRefusal(code, `${url.host} refuses ${what}: ${words}`, remedyOf(side, status, code))
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

function remedyOf(side: Side, status: number, code: string): string {
  if (status === 429) return 'It limits how much is asked of it. Wait some minutes, and try again.'
  if (side === 'base')
    return status === 401 || status === 403
      ? `There is no such image, or it is not for everybody: this command signs in to the hub's registry only. ${OTHER_BASE}`
      : OTHER_BASE
  if (code === 'NAME_UNKNOWN') return NO_REPOSITORY
  if (status === 401 || status === 403) return ALLOW
  return 'Run it again: what is there is not sent again.'
}

export const NO_REPOSITORY = `The hub's stack makes the repository ${repositoryName} when it has fargate: true. First: pulumi up -s hub, then this again.`

/** The error for a failed connection. */
export function unreachable(url: URL, side: Side, what: string, cause: unknown): UserError {
  const why = cause instanceof AggregateError ? messageOf(cause.errors[0]) : messageOf(cause)
  return new UserError(
    `${url.host} cannot be asked for ${what}: ${why}`,
    `Is this machine online, and may it reach ${url.host}? Behind a proxy: HTTPS_PROXY and NODE_USE_ENV_PROXY=1.${side === 'base' ? ` ${OTHER_BASE}` : ''}`,
    { cause },
  )
}
