/** Maps a request of OpenAI's API for a list of models. What Converse accepts differs between models, and so does what is left out. */
import type { BedrockModel, MappedChat } from './chat-request.ts'
import { ignoredHeaders } from './ignored.ts'

export interface Mapped {
  /** @throws GatewayError if the model does not accept the request */
  readonly body: (modelId: string) => string
  /** Headers that name the fields left out for the model whose body was made last. */
  readonly headers: () => Readonly<Record<string, string>>
}

/** The request is mapped for the first model immediately, and refused if that model does not accept it. */
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
