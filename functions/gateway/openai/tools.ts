/** Reads the tools of a chat request, and which of them the model may or must call. */
import type { ModelFeatures } from '../model/features.ts'
import type { ConverseRequest } from '../model/wire.ts'
import { cachePoint } from './cache-points.ts'
import type { ChatRequest, ChatTool } from './chat-schema.ts'
import { refuse } from './refuse.ts'

type ToolConfiguration = NonNullable<ConverseRequest['toolConfig']>
type WireTool = NonNullable<ToolConfiguration['tools']>[number]
type WireChoice = NonNullable<ToolConfiguration['toolChoice']>

export interface Tools {
  readonly tools: readonly ChatTool[]
  /** If absent, the model decides, which is the default of both APIs. */
  readonly choice?: WireChoice
}

/**
 * `undefined` if the model is offered no tools: because the request has none, or because it forbids calls, which Converse cannot express
 * otherwise.
 */
export function readTools({ tools, tool_choice: choice }: ChatRequest): Tools | undefined {
  const given = (tools ?? []) as readonly ChatTool[]
  const names = new Set(given.map((tool) => tool.function.name))
  if (names.size < given.length) throw refuse('tools', 'has two functions of the same name.')
  if (given.length === 0) {
    if (choice === 'required' || (typeof choice === 'object' && choice !== null)) {
      throw refuse('tool_choice', 'asks for a call, but tools is empty.')
    }
    return undefined
  }
  if (choice === 'none') return undefined
  if (choice === undefined || choice === null) return { tools: given }
  if (choice === 'auto') return { tools: given, choice: { auto: {} } }
  if (choice === 'required') return { tools: given, choice: { any: {} } }
  if (choice.type === 'function') {
    const { name } = choice.function
    if (!names.has(name)) throw refuse('tool_choice.function.name', 'is not among tools.')
    return { tools: given, choice: { tool: { name } } }
  }
  if (choice.type === 'allowed_tools') return allowed(given, choice.allowed_tools)
  return undefined
}

type Allowed = Extract<NonNullable<ChatRequest['tool_choice']>, { type: 'allowed_tools' }>['allowed_tools']

function allowed(given: readonly ChatTool[], { mode, tools }: Allowed): Tools {
  const names = new Set(tools.map((tool) => tool.function.name))
  const some = given.filter((tool) => names.has(tool.function.name))
  if (some.length === 0 || some.length < names.size) {
    throw refuse('tool_choice.allowed_tools.tools', 'must name one or more of tools, and nothing else.')
  }
  return { tools: some, choice: mode === 'required' ? { any: {} } : { auto: {} } }
}

export interface ToolOptions {
  readonly features: ModelFeatures
  readonly ignore: (field: string) => void
}

export function toolConfiguration({ tools, choice }: Tools, options: ToolOptions): ToolConfiguration {
  return {
    tools: tools.flatMap((tool): WireTool[] => [
      { toolSpec: specification(tool, options) },
      ...cachePoint(tool, 'tools', options),
    ]),
    ...(choice && { toolChoice: choice }),
  }
}

function specification({ function: { name, description, parameters, strict } }: ChatTool, options: ToolOptions) {
  if (strict && !options.features.structuredOutput) options.ignore('tools.function.strict')
  const json = parameters && Object.keys(parameters).length > 0 ? parameters : { type: 'object', properties: {} }
  type Schema = NonNullable<Extract<WireTool, { toolSpec: object }>['toolSpec']['inputSchema']>
  return {
    name,
    ...(description && description.trim() !== '' && { description }),
    inputSchema: { json } as Schema,
    ...(strict && options.features.structuredOutput && { strict }),
  }
}

/**
 * Anthropic's own field, sent beside Converse's: at most one call a turn. If Converse's own field gives the `type`, this one must not, because
 * Bedrock refuses both.
 */
export function oneCallATurn(choice: WireChoice | undefined): Readonly<Record<string, unknown>> {
  return { tool_choice: { ...(choice === undefined && { type: 'auto' }), disable_parallel_tool_use: true } }
}
