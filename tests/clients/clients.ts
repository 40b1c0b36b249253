/** The clients, each with an environment of its own below this folder. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
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

/**
 * By the client's own lockfile, from the registries; once, whichever file of tests comes first, as an installation takes away what another
 * one runs.
 * @throws when a registry cannot be had
 */
export async function install(client: Client): Promise<void> {
  const folder = join(folderOf(client), client.language === 'node' ? 'node_modules' : '.venv')
  const installed = join(folder, '.installed')
  const wanted = readFileSync(
    join(folderOf(client), client.language === 'node' ? 'package-lock.json' : 'requirements.txt'),
  )
  const turn = join(tmpdir(), `genai-clients-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`)
  while (!mine(turn)) await setTimeout(200)
  try {
    if (existsSync(installed) && readFileSync(installed).equals(wanted)) return
    await installAnew(client)
    writeFileSync(installed, wanted)
  } finally {
    rmdirSync(turn)
  }
}

/** Whether this process has made the folder. One that was left behind by a process that was killed is as good as gone. */
function mine(turn: string): boolean {
  try {
    mkdirSync(turn)
    return true
  } catch {
    const made = statSync(turn, { throwIfNoEntry: false })?.mtimeMs
    if (made !== undefined && Date.now() - made > STALE_MILLISECONDS) rmSync(turn, { recursive: true, force: true })
    return false
  }
}

const STALE_MILLISECONDS = 30 * 60_000

async function installAnew(client: Client): Promise<void> {
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
    timeout: 5 * 60_000,
  })
  return JSON.parse(stdout)
}
