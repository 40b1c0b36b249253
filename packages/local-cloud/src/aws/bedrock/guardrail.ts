/** A guardrail on a call: whether the caller may use it, and whether there is one. */
import { UnsupportedError } from '../../errors.ts'
import { parseJson } from '../../wire/protocol/json.ts'
import { permit } from '../../wire/protocol/protocol.ts'
import type { WireRequest } from '../../wire/service.ts'
import type { ModelCall } from './operation.ts'
import { BEDROCK } from './protocol.ts'
import { invalid } from './refusals.ts'

interface GuardrailConfig {
  readonly guardrailIdentifier?: string
  readonly guardrailVersion?: string
}

const GUARDRAIL = 'aws:bedrock/guardrail:Guardrail'

/**
 * The condition key by which a policy can demand one guardrail: its ARN with the version, `DRAFT` without.
 * @returns undefined for a call that names none, or names it wrongly, which is refused later
 */
export function guardrailKey(request: WireRequest, account: string): string | undefined {
  const { guardrailIdentifier, guardrailVersion } = headerConfig(request) ?? bodyConfig(request) ?? {}
  if (!guardrailIdentifier || !guardrailVersion) return undefined
  const arn = arnOf(guardrailIdentifier, request.region, account)
  return guardrailVersion === 'DRAFT' ? arn : `${arn}:${guardrailVersion}`
}

/** Where `InvokeModel` has it. */
export function headerConfig({ headers }: Pick<WireRequest, 'headers'>): GuardrailConfig | undefined {
  const identifier = headers['x-amzn-bedrock-guardrailidentifier']
  const version = headers['x-amzn-bedrock-guardrailversion']
  if (identifier === undefined && version === undefined) return undefined
  return { guardrailIdentifier: identifier ?? '', guardrailVersion: version ?? '' }
}

/** Where `Converse` has it. A body that is no such request is refused by its operation. */
function bodyConfig({ body }: WireRequest): GuardrailConfig | undefined {
  if (!Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes('"guardrailConfig"')) return undefined
  try {
    const { guardrailConfig } = parseJson(body) as { readonly guardrailConfig?: Record<string, unknown> | null }
    const { guardrailIdentifier, guardrailVersion } = guardrailConfig ?? {}
    return {
      ...(typeof guardrailIdentifier === 'string' && { guardrailIdentifier }),
      ...(typeof guardrailVersion === 'string' && { guardrailVersion }),
    }
  } catch {
    return undefined
  }
}

const arnOf = (identifier: string, region: string, account: string) =>
  identifier.startsWith('arn:') ? identifier : `arn:aws:bedrock:${region}:${account}:guardrail/${identifier}`

export async function checkGuardrail(
  { surroundings, request, session }: ModelCall,
  config: GuardrailConfig | undefined,
): Promise<void> {
  if (!config) return
  const { guardrailIdentifier: identifier = '', guardrailVersion: version = '' } = config
  if (identifier === '' || version === '')
    throw invalid('guardrailConfig must have a guardrailIdentifier and a guardrailVersion.')
  const arn = arnOf(identifier, request.region, session.account)
  await permit(surroundings, request, BEDROCK, {
    action: 'bedrock:ApplyGuardrail',
    resource: arn,
    resourceAccount: session.account,
    session,
  })
  const declared = surroundings.ledger.findBy(GUARDRAIL, 'guardrailArn', arn)
  if (declared?.account !== session.account)
    throw invalid('The guardrail identifier or version provided in the request does not exist.')
  throw new UnsupportedError('what a guardrail does')
}
