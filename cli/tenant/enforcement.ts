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

/** An enforcement of the account, in the client's region. */
export interface Enforcement {
  readonly configId: string
  readonly guardrail: Guardrail
  /** Whether callers can mark parts of a text so that the guardrail checks only those. */
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
 * The account's enforcement of the tenant's guardrail.
 * @throws UserError if the account enforces another guardrail, because that is somebody's decision about all of the account's calls
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

/** @param own the enforcement to change; without it, one is created */
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
        // Marks in messages have no effect. A system prompt is checked where it is marked, as in the gateway's own calls.
        selectiveContentGuarding: { messages: 'COMPREHENSIVE', system: 'SELECTIVE' },
      },
    }),
  )
}

export async function lift(bedrock: BedrockClient, { configId }: Enforcement): Promise<void> {
  await bedrock.send(new DeleteEnforcedGuardrailConfigurationCommand({ configId }))
}
