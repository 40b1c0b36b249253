/**
 * Which of Anthropic's betas Bedrock accepts for each model. Bedrock refuses a whole request because of one unknown beta ("invalid beta flag"),
 * and clients such as Claude Code send those of Anthropic's own API. So a beta that is not in this list is dropped, and named in the answer's
 * header. Fields of a beta in the body are sent in any case; if Bedrock does not know them, its error says so.
 */

interface Beta {
  readonly name: string
  /** Parts of Bedrock's model ids. A model that is in no list gets no beta. */
  readonly models: readonly string[]
}

const CLAUDE_4 = ['claude-sonnet-4-20250514', 'claude-opus-4-20250514', 'claude-opus-4-1-']
const CLAUDE_4_5 = ['claude-sonnet-4-5-', 'claude-haiku-4-5-', 'claude-opus-4-5-']
const CLAUDE_4_6 = ['claude-sonnet-4-6', 'claude-opus-4-6']

/** @see https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html */
export const BETAS: readonly Beta[] = [
  { name: 'computer-use-2024-10-22', models: ['claude-3-5-sonnet-20241022'] },
  { name: 'computer-use-2025-01-24', models: ['claude-3-7-sonnet', ...CLAUDE_4, ...CLAUDE_4_5] },
  { name: 'token-efficient-tools-2025-02-19', models: ['claude-3-7-sonnet', ...CLAUDE_4] },
  { name: 'output-128k-2025-02-19', models: ['claude-3-7-sonnet'] },
  { name: 'interleaved-thinking-2025-05-14', models: [...CLAUDE_4, ...CLAUDE_4_5, ...CLAUDE_4_6] },
  { name: 'dev-full-thinking-2025-05-14', models: CLAUDE_4 },
  { name: 'context-1m-2025-08-07', models: ['claude-sonnet-4-20250514', 'claude-sonnet-4-5-', ...CLAUDE_4_6] },
  { name: 'context-management-2025-06-27', models: [...CLAUDE_4_5, ...CLAUDE_4_6] },
  { name: 'effort-2025-11-24', models: ['claude-opus-4-5-'] },
  { name: 'tool-search-tool-2025-10-19', models: ['claude-opus-4-5-'] },
  { name: 'tool-examples-2025-10-29', models: ['claude-opus-4-5-'] },
]

/** When the list was last compared with AWS's documentation and with public reports of refused betas. */
export const BETAS_LOOKED_UP = '2026-11-30'

export interface ChosenBetas {
  /** The betas that Bedrock gets, in the order of the request. */
  readonly sent: readonly string[]
  readonly dropped: readonly string[]
}

/** @param asked names from the header `anthropic-beta` and the body's `anthropic_beta` */
export function chooseBetas(asked: readonly string[], modelId: string): ChosenBetas {
  const names = [...new Set(asked)]
  const taken = (name: string) =>
    BETAS.some((beta) => beta.name === name && beta.models.some((part) => modelId.includes(part)))
  return { sent: names.filter(taken), dropped: names.filter((name) => !taken(name)) }
}
