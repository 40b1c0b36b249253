/** What the rows of AWS WAF share: calls for tags, import ids, and refusals in WAF's words. */
import { AwsError } from '../../errors.ts'
import { idPart } from '../../resource/import-id.ts'
import type { ImportId, Situation } from '../../resource/resource-type.ts'
import { autoName, others } from '../../resource/values.ts'

export const TAGGING = { add: 'wafv2:TagResource', remove: 'wafv2:UntagResource' } as const

export const BY_ID_NAME_AND_SCOPE: ImportId = {
  format: 'ID/NAME/SCOPE',
  pattern: /^[^/]+\/[^/]+\/[^/]+$/,
  of: ({ id, outputs }) => [`${id}/${idPart(outputs, 'name')}/${idPart(outputs, 'scope')}`],
}

export const invalid = (message: string) => new AwsError('WAFInvalidParameterException', `Error reason: ${message}`)

/** @throws AwsError if another resource of the type has the name in the same scope */
export function refuseDuplicate(situation: Situation, type: string): void {
  const name = autoName(situation)
  const { scope } = situation.inputs
  if (others(situation, type).some(({ inputs, outputs }) => outputs.name === name && inputs.scope === scope))
    throw new AwsError(
      'WAFDuplicateItemException',
      'AWS WAF couldn’t perform the operation because some resource in your request is a duplicate of an existing one.',
    )
}
