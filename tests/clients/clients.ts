/** The clients, each with an environment of its own below this folder. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface Client {
  readonly name: string
  readonly language: 'node' | 'python'
  /** Scenarios that the library has no words for. */
  readonly without?: readonly string[]
}

/** Anthropic's and Bedrock's APIs have none of these. */
const NOT_OPENAI = ['embeddings', 'responses']

export const CLIENTS: readonly Client[] = [
  { name: 'openai-node', language: 'node' },
  { name: 'openai-python', language: 'python' },
  // It repeats by itself, whatever it is told of it.
  { name: 'ai-sdk', language: 'node', without: ['reasoning', 'failed'] },
  { name: 'langchain-python', language: 'python', without: ['reasoning', 'responses'] },
  { name: 'langchain-js', language: 'node', without: ['reasoning', 'responses', 'failed'] },
  { name: 'langchain-aws-python', language: 'python', without: [...NOT_OPENAI, 'reasoning'] },
  { name: 'langchain-aws-js', language: 'node', without: [...NOT_OPENAI, 'reasoning'] },
  { name: 'anthropic-node', language: 'node', without: NOT_OPENAI },
  { name: 'anthropic-bedrock-node', language: 'node', without: NOT_OPENAI },
  { name: 'boto3', language: 'python', without: [...NOT_OPENAI, 'reasoning'] },
  { name: 'aws-sdk-js', language: 'node', without: [...NOT_OPENAI, 'reasoning'] },
]

const run = promisify(execFile)
export const folderOf = ({ name }: Client) => join(import.meta.dirname, name)
const pythonOf = (client: Client) => join(folderOf(client), '.venv', 'bin', 'python')

/** What runs a program of this client's language, with its libraries. */
export const programOf = (client: Client) => (client.language === 'node' ? process.execPath : pythonOf(client))

/** By the client's own lockfile, from the registries. @throws when a registry cannot be had */
export async function install(client: Client): Promise<void> {
  const cwd = folderOf(client)
  if (client.language === 'node') {
    await run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], { cwd })
    return
  }
  if (!existsSync(pythonOf(client))) await run('python3', ['-m', 'venv', '.venv'], { cwd })
  await run(pythonOf(client), ['-m', 'pip', 'install', '--quiet', '--no-deps', '-r', 'requirements.txt'], { cwd })
}

/** What the program printed for a scenario. */
export async function ask(client: Client, scenario: string, env: Readonly<Record<string, string>>): Promise<unknown> {
  const script = client.language === 'node' ? 'main.mjs' : 'main.py'
  const { stdout } = await run(programOf(client), [script, scenario], {
    cwd: folderOf(client),
    env: { ...env },
    timeout: 60_000,
  })
  return JSON.parse(stdout)
}
