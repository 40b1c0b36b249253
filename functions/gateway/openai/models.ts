/** Describes a tenant's model as OpenAI's API lists one. */
import type { OpenAI } from 'openai'
import { baseModelId } from '../model/features.ts'

/** @param entry the tenant's name for the model, and Bedrock's id. Bedrock does not say when a model was made */
export const openaiModel = ([name, id]: readonly [string, string]): OpenAI.Models.Model => ({
  id: name,
  object: 'model',
  created: 0,
  owned_by: providerOf(id),
})

/** `us.anthropic.claude-…` → `anthropic`; an ARN does not always contain the model. */
function providerOf(id: string): string {
  const [provider, rest] = baseModelId(id).split('.')
  return provider && rest !== undefined ? provider : 'bedrock'
}
