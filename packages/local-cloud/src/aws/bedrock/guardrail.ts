/** The guardrail of a call: may the caller use it, does it exist, and which version is it? What a guardrail does is in guarding.ts. */
import { UnsupportedError } from '../../errors.ts'
import type { LedgerView, Properties } from '../../ledger/ledger.ts'
import { text } from '../../resource/values.ts'
import { parseJson } from '../../wire/protocol/json.ts'
import { permit } from '../../wire/protocol/protocol.ts'
import type { WireRequest } from '../../wire/service.ts'
import { enforcedIn } from './enforced.ts'
import { type Guarding, guardingOf, type Look } from './guarding.ts'
import type { ModelCall } from './operation.ts'
import { BEDROCK } from './protocol.ts'
import { invalid } from './refusals.ts'
import { GUARDRAIL } from './resources/guardrail.ts'
import { COPY, GUARDRAIL_VERSION } from './resources/guardrail-version.ts'

interface GuardrailConfig {
  readonly guardrailIdentifier?: string
  readonly guardrailVersion?: string
  readonly trace?: string
  readonly streamProcessingMode?: string
}

/**
 * The value of the condition key by which a policy can demand one guardrail: its ARN with the version, or without one for `DRAFT`.
 * @returns undefined if the call names none, or names it wrongly, which is refused later
 */
export function guardrailKey(request: WireRequest, account: string): string | undefined {
  const { guardrailIdentifier, guardrailVersion } = headerConfig(request) ?? bodyConfig(request) ?? {}
  if (!guardrailIdentifier || !guardrailVersion) return undefined
  const arn = arnOf(guardrailIdentifier, request.region, account)
  return guardrailVersion === 'DRAFT' ? arn : `${arn}:${guardrailVersion}`
}

/** The guardrail in the headers of `InvokeModel`. */
export function headerConfig({ headers }: Pick<WireRequest, 'headers'>): GuardrailConfig | undefined {
  const identifier = headers['x-amzn-bedrock-guardrailidentifier']
  const version = headers['x-amzn-bedrock-guardrailversion']
  if (identifier === undefined && version === undefined) return undefined
  const trace = headers['x-amzn-bedrock-trace']?.toLowerCase()
  return { guardrailIdentifier: identifier ?? '', guardrailVersion: version ?? '', ...(trace && { trace }) }
}

/** The guardrail in the body of `Converse`. The operation itself refuses a body that is malformed. */
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

export const arnOf = (identifier: string, region: string, account: string) =>
  identifier.startsWith('arn:') ? identifier : `arn:aws:bedrock:${region}:${account}:guardrail/${identifier}`

/** The rules of a numbered version of the account's own guardrail. */
export function versionThere(
  ledger: LedgerView,
  { arn, version, account }: { readonly arn: string; readonly version: string; readonly account: string },
): Properties | undefined {
  if (ledger.findBy(GUARDRAIL, 'guardrailArn', arn)?.account !== account) return undefined
  const found = ledger.where(GUARDRAIL_VERSION, 'guardrailArn', arn).find(({ outputs }) => outputs.version === version)
  return found && (JSON.parse(text(found.outputs, COPY) ?? '{}') as Properties)
}

/**
 * What is checked, and by which guardrails: the call's own, and those that the account enforces.
 * @param all all texts of the messages
 * @param marked the texts that the caller has marked for the guardrail, if any
 */
export async function looksOf(
  call: ModelCall,
  config: GuardrailConfig | undefined,
  { all, marked }: { readonly all: string; readonly marked?: string | undefined },
): Promise<{ readonly looks: readonly Look[]; readonly own: boolean }> {
  const own = await checkGuardrail(call, config)
  const { surroundings, request, session } = call
  const { ledger } = surroundings
  const { account } = session
  const enforced = enforcedIn({ ledger, account, region: request.region }).flatMap((one): readonly Look[] => {
    const rules = versionThere(ledger, { arn: one.guardrailArn, version: one.guardrailVersion, account })
    if (!rules) throw invalid('The guardrail that the account enforces does not exist.')
    const selective = one.selectiveContentGuarding.messages === 'SELECTIVE'
    return [{ guarding: guardingOf(rules), said: selective ? (marked ?? all) : all }]
  })
  return { looks: [...enforced, ...(own ? [{ guarding: own, said: marked ?? all }] : [])], own: own !== undefined }
}

/** @returns what the guardrail does, or undefined if the call names none */
async function checkGuardrail(
  { surroundings, request, session }: ModelCall,
  config: GuardrailConfig | undefined,
): Promise<Guarding | undefined> {
  if (!config) return undefined
  const { guardrailIdentifier: identifier = '', guardrailVersion: version = '', trace, streamProcessingMode } = config
  if (identifier === '' || version === '')
    throw invalid('guardrailConfig must have a guardrailIdentifier and a guardrailVersion.')
  const arn = arnOf(identifier, request.region, session.account)
  await permit(surroundings, request, BEDROCK, {
    action: 'bedrock:ApplyGuardrail',
    resource: arn,
    resourceAccount: session.account,
    session,
  })
  const { ledger } = surroundings
  const draft = ledger.findBy(GUARDRAIL, 'guardrailArn', arn)
  const { account } = session
  const found =
    version !== 'DRAFT'
      ? versionThere(ledger, { arn, version, account })
      : draft?.account === account
        ? draft.inputs
        : undefined
  if (!found) throw invalid('The guardrail identifier or version provided in the request does not exist.')
  if (trace !== undefined && trace !== 'disabled') throw new UnsupportedError("a guardrail's trace")
  if (streamProcessingMode === 'async') throw new UnsupportedError('a guardrail that looks at a stream afterwards')
  return guardingOf(found)
}
