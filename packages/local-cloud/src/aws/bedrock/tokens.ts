/** How the stand-in counts tokens: four characters are one token (rounded up), and an image is a fixed number. */
import type { Block, Prompt, Tool } from './model-backend.ts'

export const CHARACTERS_PER_TOKEN = 4
const IMAGE_TOKENS = 1_600

/** Counts code points, not UTF-16 units, without making a list of them, because a prompt may have 20 MB. */
export function tokensIn(text: string): number {
  let pairs = 0
  if (/[\ud800-\udbff]/.test(text)) for (const character of text) if (character.length > 1) pairs++
  return Math.ceil((text.length - pairs) / CHARACTERS_PER_TOKEN)
}

export function blockTokens(block: Block): number {
  switch (block.type) {
    case 'text':
    case 'reasoning':
      return tokensIn(block.text)
    case 'document':
      return tokensIn(block.name) + tokensIn(block.text)
    case 'image':
      return IMAGE_TOKENS
    case 'json':
      return tokensIn(JSON.stringify(block.value))
    case 'redacted':
      return tokensIn(block.data)
    case 'toolUse':
      return tokensIn(block.name) + tokensIn(JSON.stringify(block.input))
    case 'toolResult':
      return block.content.reduce((sum, one) => sum + blockTokens(one), 0)
    case 'cachePoint':
      return 0
  }
}

export const toolTokens = ({ name, description = '', schema }: Tool) =>
  tokensIn(name) + tokensIn(description) + tokensIn(JSON.stringify(schema))

/** Tokens of everything that the model reads. */
export const inputTokens = ({ tools, system, messages }: Pick<Prompt, 'tools' | 'system' | 'messages'>) =>
  tools.reduce((sum, tool) => sum + toolTokens(tool), 0) +
  [...system, ...messages.flatMap(({ content }) => content)].reduce((sum, block) => sum + blockTokens(block), 0)
