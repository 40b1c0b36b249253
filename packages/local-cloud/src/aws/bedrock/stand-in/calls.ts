/**
 * Decides which tools the stand-in calls: those that the question names, in the same order and as often. `get_weather` may be written with
 * spaces. JSON after the name is the input. Without JSON, an input is made that fits the tool's schema; its texts are those in double quotes in
 * the question.
 */
import { createHash } from 'node:crypto'
import { sampleOf } from '../json-schema.ts'
import { type Generation, type Tool, type ToolUse, textOf } from '../model-backend.ts'

interface Mention {
  readonly tool: Tool
  readonly at: number
  readonly input: unknown
}

export function callsFor(generation: Generation): readonly ToolUse[] {
  const { tools, toolChoice = { type: 'auto' }, oneToolCall, messages } = generation
  const content = messages.at(-1)?.content ?? []
  const question = textOf(content.filter(({ type }) => type === 'text'))
  const mentions = tools.flatMap((tool) => mentionsOf(tool, question)).sort((a, b) => a.at - b.at)
  const chosen = oneToolCall ? choose().slice(0, 1) : choose()
  return chosen.map(({ tool, input }, index) => ({
    type: 'toolUse',
    id: idOf(`${messages.length} ${question} ${index}`),
    name: tool.name,
    input,
  }))

  function choose(): readonly Mention[] {
    switch (toolChoice.type) {
      case 'none':
        return []
      case 'auto':
        // Calls that were answered already are not made again.
        return content.some(({ type }) => type === 'toolResult') ? [] : mentions
      case 'any':
        return mentions.length > 0 ? mentions : tools.slice(0, 1).map((tool) => madeUp(tool, question))
      case 'tool': {
        const named = mentions.filter(({ tool }) => tool.name === toolChoice.name)
        if (named.length > 0) return named
        return tools.filter(({ name }) => name === toolChoice.name).map((tool) => madeUp(tool, question))
      }
    }
  }
}

function mentionsOf(tool: Tool, question: string): readonly Mention[] {
  const spelling = tool.name
    .split(/[_-]+/)
    .map((part) => part.replace(/[^\w]/g, '\\$&'))
    .join('[ _-]?')
  const pattern = new RegExp(`(?<![\\w-])${spelling}(?![\\w-])`, 'gi')
  return [...question.matchAll(pattern)].map(({ index, 0: name }) => {
    const given = jsonAt(question, index + name.length)
    return given === undefined ? { ...madeUp(tool, question), at: index } : { tool, at: index, input: given }
  })
}

function madeUp(tool: Tool, question: string): Mention {
  const quoted = [...question.matchAll(/"([^"]+)"/g)].map(([, text = '']) => text)
  return { tool, at: 0, input: sampleOf(tool.schema, quoted) }
}

/** The most brackets of one input; with more it is taken for no JSON. */
const MOST_BRACKETS = 200

/** Parses the JSON object that begins at this place, after white space. */
function jsonAt(text: string, start: number): unknown {
  const rest = text.slice(start).trimStart()
  if (!rest.startsWith('{')) return undefined
  let tries = 0
  for (let end = rest.indexOf('}'); end >= 0 && tries < MOST_BRACKETS; end = rest.indexOf('}', end + 1), tries++)
    try {
      return JSON.parse(rest.slice(0, end + 1))
    } catch {
      // Continue to the next closing bracket.
    }
  return undefined
}

const ID_CHARACTERS = 22

function idOf(seed: string): string {
  const hash = createHash('sha256').update(seed).digest('base64url').slice(0, ID_CHARACTERS)
  return `tooluse_${hash.replaceAll('-', '_')}`
}
