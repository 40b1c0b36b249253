/** A request of OpenAI's for a list of models: what Converse takes differs from model to model, and so does what is left out. */
import type { BedrockModel, MappedChat } from './chat-request.ts'
import { ignoredHeaders } from './ignored.ts'

export interface Mapped {
  /** @throws GatewayError for a model that does not take the request */
  readonly body: (modelId: string) => string
  /** Names what was left out for the model whose body was made last. */
  readonly headers: () => Readonly<Record<string, string>>
}

/** The request is mapped for the first model at once: what that one does not take is refused. */
export function mappedFor(model: BedrockModel, map: (model: BedrockModel) => MappedChat): Mapped {
  let last = { id: model.id, ...map(model) }
  return {
    body(id) {
      if (id !== last.id) last = { id, ...map({ ...model, id }) }
      return JSON.stringify(last.body)
    },
    headers: () => ignoredHeaders(last.ignored),
  }
}
