/** Sets, reads and lifts the enforcement of a tenant's guardrail on every call of its account. */
import {
  type AccountEnforcedGuardrailOutputConfiguration,
  type BedrockClient,
  DeleteEnforcedGuardrailConfigurationCommand,
  PutEnforcedGuardrailConfigurationCommand,
  paginateListEnforcedGuardrailsConfiguration,
} from '@aws-sdk/client-bedrock'
import type { Guardrail } from '../../shared/guardrail.ts'
import { UserError } from '../verb.ts'

/** One of the account's, in the region of the client. */
export interface Enforcement {
  readonly configId: string
  readonly guardrail: Guardrail
  /** Marks of a caller narrow what it looks at. */
  readonly honoursMarks: boolean
}

export async function enforcementsOf(bedrock: BedrockClient): Promise<readonly Enforcement[]> {
  const all: AccountEnforcedGuardrailOutputConfiguration[] = []
  for await (const { guardrailsConfig = [] } of paginateListEnforcedGuardrailsConfiguration({ client: bedrock }, {}))
    all.push(...guardrailsConfig)
  return all.map(({ configId = '', guardrailId = '', guardrailVersion = '', selectiveContentGuarding, inputTags }) => ({
    configId,
    guardrail: { id: guardrailId, version: guardrailVersion },
    honoursMarks: selectiveContentGuarding
      ? selectiveContentGuarding.messages !== 'COMPREHENSIVE'
      : inputTags !== 'IGNORE',
  }))
}

/**
 * Of the account's enforcements, the one of the tenant's guardrail.
 * @throws UserError where the account enforces another guardrail: it is somebody's decision about all of the account's calls
 */
export function ownAmong(all: readonly Enforcement[], { id }: Guardrail, account: string): Enforcement | undefined {
  const other = all.find(({ guardrail }) => guardrail.id !== id)
  if (other)
    throw new UserError(
      `Account ${account} enforces the guardrail ${other.guardrail.id} in version ${other.guardrail.version} already, which is not the tenant's. Nothing was changed.`,
      `It stays. Its owner can put the tenant's rules into it, or lift it: aws bedrock delete-enforced-guardrail-configuration --config-id ${other.configId}`,
    )
  return all[0]
}

/** @param own changes this one, instead of making one */
export async function enforce(
  bedrock: BedrockClient,
  { id, version }: Guardrail,
  own: Enforcement | undefined,
): Promise<void> {
  await bedrock.send(
    new PutEnforcedGuardrailConfigurationCommand({
      ...(own && { configId: own.configId }),
      guardrailInferenceConfig: {
        guardrailIdentifier: id,
        guardrailVersion: version,
        // Marks in messages narrow nothing. A system prompt is checked where it is marked, as in the gateway's own calls.
        selectiveContentGuarding: { messages: 'COMPREHENSIVE', system: 'SELECTIVE' },
      },
    }),
  )
}

export async function lift(bedrock: BedrockClient, { configId }: Enforcement): Promise<void> {
  await bedrock.send(new DeleteEnforcedGuardrailConfigurationCommand({ configId }))
}
