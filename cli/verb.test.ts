import { describe, expect, it } from 'vitest'
import { parse, UserError, type Verb } from './verb.ts'

const VERB: Verb = {
  name: 'serve',
  usage: 'TENANT',
  summary: '',
  positionals: [0, 1],
  options: {
    port: { type: 'string', placeholder: 'PORT', help: '' },
    model: { type: 'string', multiple: true, help: '' },
    yes: { type: 'boolean', short: 'y', help: '' },
  },
  run: async () => 0,
}

function refusal(...argv: readonly string[]): string {
  try {
    parse(VERB, argv)
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
  return ''
}

describe('arguments', () => {
  it('are read as they are meant', () => {
    const { values, positionals } = parse(VERB, ['tenant1', '--port=0', '--model', 'a=b', '--model', 'c=d', '-y'])
    expect({ ...values }).toEqual({ port: '0', model: ['a=b', 'c=d'], yes: true })
    expect(positionals).toEqual(['tenant1'])
  })

  it.each([
    [['--bogus'], 'serve has no flag --bogus. It takes --port, --model, --yes.'],
    [['-x'], 'serve has no flag -x. It takes --port, --model, --yes.'],
    [['--toString'], 'serve has no flag --toString. It takes --port, --model, --yes.'],
    [['--no-yes'], 'serve has no flag --no-yes. It takes --port, --model, --yes.'],
    [['--port'], '--port needs a value: --port PORT'],
    [['--port', '--yes'], '--port needs a value: --port PORT'],
    [['--port='], '--port needs a value: --port PORT'],
    [['--model'], '--model needs a value: --model VALUE'],
    [['--yes=true'], '--yes takes no value, got "true": leave it out.'],
    [['a', 'b'], 'serve takes 0 to 1 argument(s) (TENANT), got 2.'],
  ])('%j is told in words about the verb', (argv, message) => {
    expect(refusal(...argv)).toBe(message)
  })
})
