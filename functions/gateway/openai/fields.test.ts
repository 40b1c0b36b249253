/** That the tables name every field of the package's types is the compiler's to say (`satisfies` in fields.ts). */
import type { OpenAI } from 'openai'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { chatSchema } from './chat-schema.ts'
import type { Use } from './field-uses.ts'
import * as fields from './fields.ts'

type Chat = OpenAI.Chat.Completions.ChatCompletionCreateParams

describe('fields of a chat request', () => {
  test('are exactly those of the openai package', () => {
    expectTypeOf<keyof typeof fields.CHAT>().toEqualTypeOf<keyof Chat>()
    expectTypeOf<keyof typeof fields.STREAM_OPTIONS>().toEqualTypeOf<keyof NonNullable<Chat['stream_options']>>()
    expectTypeOf<keyof typeof fields.FUNCTION>().toEqualTypeOf<keyof OpenAI.FunctionDefinition>()
  })

  test('have a schema where they are mapped, and only there', () => {
    const mapped = Object.entries(fields.CHAT).flatMap(([name, use]) => (use === 'mapped' ? [name] : []))
    const others = Object.keys(fields.CHAT).filter((name) => !mapped.includes(name))
    expect(Object.keys(chatSchema.entries).sort()).toEqual([...mapped, ...others].sort())
  })

  test('say what to do instead where they are refused', () => {
    for (const table of Object.values(fields)) {
      for (const use of Object.values<Use>(table)) {
        if (typeof use === 'object' && 'refused' in use) expect(use.refused).toMatch(/\.$/)
      }
    }
  })
})
