/**
 * What people copy: the programs in examples/ and the snippets of docs/clients.md, run as they stand against a tenant, in the
 * environments of the clients beside this file.
 */
import { execFile } from 'node:child_process'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { CLIENTS, type Client, folderOf, install, programOf } from './clients.ts'
import { type Fixture, openFixture } from './clients-fixture.ts'

const run = promisify(execFile)
const SERVED = 'served in account 333333333333'

/** Where each example's library is installed, and what it prints. */
const EXAMPLES: Readonly<Record<string, RegExp>> = {
  'openai-node': new RegExp(`${SERVED}[^]*The model asks for get_weather \\{"city":"Oslo"\\}`),
  'openai-python': new RegExp(SERVED),
  'anthropic-node': new RegExp(`${SERVED}[^]*\\d+ tokens in, \\d+ out`),
  'langchain-python': new RegExp(SERVED),
  'ai-sdk': new RegExp(SERVED),
  'aws-sdk-js': new RegExp(SERVED),
}

/** Headings of docs/clients.md, and who can run what is below them. */
const SNIPPETS: Readonly<Record<string, string>> = {
  'OpenAI for Node': 'openai-node',
  'OpenAI for Python': 'openai-python',
  'AI SDK': 'ai-sdk',
  LangChain: 'langchain-python',
  'LangChain for JavaScript': 'langchain-js',
  'LangChain for JavaScript: Bedrock': 'langchain-aws-js',
  'Anthropic, Claude Code': 'anthropic-node',
  boto3: 'boto3',
  'AWS SDK for JavaScript': 'aws-sdk-js',
}

/** What the page takes for granted: an address, and a function that gives a token. */
const GIVEN = {
  js: 'const { GATEWAY_URL, ID_TOKEN } = process.env\nconst token = async () => ID_TOKEN\n',
  python: 'import os\nGATEWAY_URL = os.environ["GATEWAY_URL"]\ndef token():\n    return os.environ["ID_TOKEN"]\n',
} as const

const PAGE = readFileSync(join(PROJECT_DIRECTORY, 'docs/clients.md'), 'utf8')
const snippets = PAGE.split('\n## ')
  .slice(1)
  .flatMap((section) => {
    const heading = section.split('\n')[0] ?? ''
    const blocks = [...section.matchAll(/```(js|python)\n([\s\S]*?)```/g)]
    return blocks.map(([, language, code = ''], index) => ({
      heading,
      language: language as 'js' | 'python',
      code,
      index,
    }))
  })
  .filter(({ code }) => !code.startsWith('// token.js'))

let fixture: Fixture
beforeAll(async () => {
  fixture = await openFixture()
})
afterAll(() => fixture?.close())

const missing = new Map<string, string>()

/** @returns undefined where the client's library cannot be had here, which is said loudly */
async function installed(name: string): Promise<Client | undefined> {
  const client = CLIENTS.find((one) => one.name === name)
  if (!client) throw new Error(`${name} is none of the clients`)
  if (!missing.has(name))
    missing.set(
      name,
      await install(client).then(
        () => '',
        (error: unknown) => `${error instanceof Error ? error.message : error}`.split('\n')[0] ?? 'unknown',
      ),
    )
  const reason = missing.get(name)
  if (reason === '') return client
  if (process.env.CLIENTS_REQUIRED === '1') throw new Error(reason)
  process.stderr.write(`\nSKIPPED: what ${name} runs. It cannot be installed: ${reason}\n\n`)
  return undefined
}

/** Runs a program in the client's environment, as the shell that has the exports of `login`. */
async function printed(client: Client, place: (file: string) => void): Promise<string> {
  const extension = client.language === 'node' ? 'mjs' : 'py'
  // What looks through the project's own files does not meet it.
  const folder = client.language === 'node' ? join(folderOf(client), 'node_modules') : folderOf(client)
  const file = join(folder, `copied-${process.pid}-${Math.random().toString(36).slice(2)}.${extension}`)
  try {
    place(file)
    const { stdout } = await run(programOf(client), [file], { cwd: folderOf(client), env: await fixture.shell() })
    return stdout
  } finally {
    rmSync(file, { force: true })
  }
}

describe('examples/', () => {
  it.each(Object.entries(EXAMPLES))('%s', async (name, expected) => {
    const client = await installed(name)
    if (!client) return
    const source = join(PROJECT_DIRECTORY, 'examples', name, client.language === 'node' ? 'main.mjs' : 'main.py')
    expect(await printed(client, (file) => copyFileSync(source, file))).toMatch(expected)
  })

  it.each(Object.keys(EXAMPLES))('%s names the versions that are tried', (name) => {
    const file = name.includes('python') ? 'requirements.txt' : 'package.json'
    const [named, tried] = ['examples', 'tests/clients'].map((folder) =>
      versionsIn(readFileSync(join(PROJECT_DIRECTORY, folder, name, file), 'utf8')),
    )
    expect(named?.length).toBeGreaterThan(0)
    expect(tried).toEqual(expect.arrayContaining([...(named ?? [])]))
  })

  it('curl', async () => {
    const script = join(PROJECT_DIRECTORY, 'examples/curl/ask.sh')
    const { stdout } = await run(script, ['Say "hub".'], { env: await fixture.shell() })
    expect(JSON.parse(stdout)).toMatchObject({ output: expect.stringContaining(SERVED) })
  })
})

const versionsIn = (text: string): readonly string[] =>
  text.startsWith('{')
    ? Object.entries((JSON.parse(text) as { dependencies: Record<string, string> }).dependencies).map(String)
    : text.split('\n').filter((line) => /^[\w-]+==/.test(line))

describe('docs/clients.md', () => {
  it('has no snippet that nobody runs', () => {
    expect([...new Set(snippets.map(({ heading }) => heading))]).toEqual(Object.keys(SNIPPETS))
  })

  it.each(snippets)('$heading, $language $index', async ({ heading, language, code }) => {
    const client = await installed(SNIPPETS[heading] ?? '')
    if (!client) return
    const text = `${GIVEN[language]}${code.replaceAll('/tenant1', '/tenant2')}`
    // Not every one prints; those that do not have to run to their end.
    const out = await printed(client, (file) => writeFileSync(file, text))
    if (/print|write|log/.test(code)) expect(out).toContain(SERVED)
  })
})
