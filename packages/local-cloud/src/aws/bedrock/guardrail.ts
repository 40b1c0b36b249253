/** A guardrail on a call: whether the caller may use it, and whether there is one. */
import { UnsupportedError } from '../../errors.ts'
import { permit } from '../../wire/protocol/protocol.ts'
import type { ModelCall } from './operation.ts'
import { BEDROCK } from './protocol.ts'
import { invalid } from './refusals.ts'

interface GuardrailConfig {
  readonly guardrailIdentifier?: string
  readonly guardrailVersion?: string
}

const GUARDRAIL = 'aws:bedrock/guardrail:Guardrail'

export async function checkGuardrail(
  { surroundings, request, session }: ModelCall,
  config: GuardrailConfig | undefined,
): Promise<void> {
  if (!config) return
  const { guardrailIdentifier: identifier = '', guardrailVersion: version = '' } = config
  if (identifier === '' || version === '')
    throw invalid('guardrailConfig must have a guardrailIdentifier and a guardrailVersion.')
  const id = identifier.startsWith('arn:') ? identifier.slice(identifier.lastIndexOf('/') + 1) : identifier
  const arn = `arn:aws:bedrock:${request.region}:${session.account}:guardrail/${id}`
  await permit(surroundings, request, BEDROCK, {
    action: 'bedrock:ApplyGuardrail',
    resource: arn,
    resourceAccount: session.account,
    session,
  })
  const declared = surroundings.ledger.findBy(GUARDRAIL, 'guardrailId', id)
  if (declared?.account !== session.account || (identifier.startsWith('arn:') && identifier !== arn))
    throw invalid('The guardrail identifier or version provided in the request does not exist.')
  throw new UnsupportedError('what a guardrail does')
}
