/** How the messages of a request are turned into Converse's. */
import type { ModelFeatures } from '../model/features.ts'

export interface MessageOptions {
  readonly features: ModelFeatures
  /** Whether tools are offered to the model. Without, Converse takes no calls and results: they are told as text. */
  readonly tools: boolean
  /** Whether the model reasons: earlier reasoning goes back to it then, and only then. */
  readonly reasons: boolean
  /** Told of what is not carried. */
  readonly ignore: (field: string) => void
}
