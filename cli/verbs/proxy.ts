import { readFileSync } from 'node:fs'
import { openSession, SESSION_OPTIONS } from '../hub/user-session.ts'
import { proxyKey } from '../proxy/key.ts'
import { startProxy } from '../proxy/server.ts'
import { currentToken } from '../proxy/tokens.ts'
import { stopOnSignals } from '../terminal/stopping.ts'
import { type Arguments, UserError, type Verb } from '../verb.ts'

/** A port that other servers on a developer's machine rarely use. */
const DEFAULT_PORT = 8788

export const proxy: Verb = {
  name: 'proxy',
  usage: 'TENANT',
  summary: 'Serves the gateway on this machine for tools that hold one API key (editors, chat front ends).',
  details: [
    'Signs a user in as login does, listens on 127.0.0.1 until Ctrl-C, and sends every request on with a token of that user, which it',
    'renews while the session lasts (12 hours; then start it again). Answers stream. A tool takes one of the printed base URLs, and the',
    'printed key as its API key. The key is good for this proxy only, while it runs; a program on this machine that has it calls as the',
    'user. Requests of web pages are refused. A program of your own needs no proxy: docs/clients.md.',
  ].join('\n'),
  positionals: [1, 1],
  options: {
    ...SESSION_OPTIONS,
    port: { type: 'string', placeholder: 'NUMBER', help: `where it listens (${DEFAULT_PORT}; 0 takes a free port)` },
    'key-file': { type: 'string', placeholder: 'FILE', help: 'keep the key there, for the next run too' },
    origin: {
      type: 'string',
      multiple: true,
      placeholder: 'ORIGIN',
      help: 'let a page of this origin call, repeatable',
    },
  },
  async run({ values, positionals }) {
    const port = portOf(values)
    const origins = originsOf(values)
    const key = proxyKey(values['key-file'] === undefined ? undefined : String(values['key-file']))
    const session = await openSession(positionals[0] ?? '', values)
    const stopping = stopOnSignals()
    const { gatewayUrl, tenant, refresh, caFile } = session
    const token = currentToken({ first: session.tokens, refresh, now: Date.now })
    const ca = caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }
    const server = await startProxy({ gatewayUrl, tenant, key, token, port, origins, ...ca })
    try {
      const base = `http://127.0.0.1:${server.port}`
      process.stdout.write(
        [
          `${gatewayUrl}/${tenant} is served until Ctrl-C:`,
          `  OpenAI's API           ${base}/v1`,
          `  Anthropic's, Bedrock's ${base}`,
          `  API key                ${key}`,
          '',
        ].join('\n'),
      )
      await stopping.asked
    } finally {
      stopping.release()
      await server.close()
      session.close()
    }
    return 0
  },
}

function portOf({ port = `${DEFAULT_PORT}` }: Arguments['values']): number {
  const number = Number(port)
  if (/^\d{1,5}$/.test(String(port)) && number <= 65_535) return number
  throw new UserError(`--port ${String(port)} is not a port.`, 'A number from 0 to 65535.')
}

function originsOf({ origin = [] }: Arguments['values']): readonly string[] {
  const origins = [origin].flat().map(String)
  const bad = origins.find((one) => !/^[a-z][a-z0-9+.-]*:\/\/[^/\s*]+$/i.test(one))
  if (bad === undefined) return origins
  throw new UserError(`--origin ${bad} is no origin.`, 'Such as http://localhost:3000 or app://obsidian.md: no path.')
}
