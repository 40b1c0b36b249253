/** Two shells in a copy of the project, as docs/local-cloud.md has them: one serves the local cloud, one works with it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import type { FoundCli } from '../../cli/pulumi.ts'
import { PROJECT_DIRECTORY } from '../../cli/stacks.ts'

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Shells {
  readonly project: string
  /** Starts `npm run local`, and returns what it printed once it is up. */
  serve(): Promise<string>
  /** Ends it, and waits until it is gone. @returns its exit code; null when it was killed */
  end(signal: 'SIGINT' | 'SIGKILL'): Promise<number | null>
  /** Runs lines in the second shell, which has sourced `.local/pulumi.env`. `input` is what is piped into them. */
  run(lines: string, input?: string): Promise<Ended>
  /** The same, for lines that have to succeed. @returns standard output */
  succeed(lines: string, input?: string): Promise<string>
  /** URNs of what stands in the local cloud. */
  deployed(): readonly string[]
  close(): Promise<void>
}

const LEFT_OUT = new Set(['node_modules', '.git', '.local', 'coverage'])

export function openShells({ command }: FoundCli): Shells {
  const project = mkdtempSync(join(tmpdir(), 'genai journey '))
  cpSync(PROJECT_DIRECTORY, project, {
    recursive: true,
    filter: (source) => !LEFT_OUT.has(source.slice(PROJECT_DIRECTORY.length + 1)),
  })
  symlinkSync(join(PROJECT_DIRECTORY, 'node_modules'), join(project, 'node_modules'))
  // The CLI may be in a cache instead of on PATH. Which Node runs the programs is for the sourced lines to say.
  const tools = command.command.includes('/') ? [dirname(command.command)] : []
  const env = {
    PATH: [...tools, process.env.PATH ?? ''].join(delimiter),
    HOME: process.env.HOME ?? project,
    PULUMI_SKIP_UPDATE_CHECK: 'true',
  }
  let server: ChildProcess | undefined

  function run(lines: string, input = ''): Promise<Ended> {
    return new Promise((resolve) => {
      const script = `set -e\n. .local/pulumi.env\n${lines}`
      const child = execFile('sh', ['-c', script], { cwd: project, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
      )
      // Lines that end without reading what is piped: their exit code tells.
      child.stdin?.on('error', () => undefined)
      child.stdin?.end(input)
    })
  }
  async function end(signal: 'SIGINT' | 'SIGKILL'): Promise<number | null> {
    const child = server
    if (!child || child.exitCode !== null) return child?.exitCode ?? null
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    child.kill(signal)
    return await ended
  }

  return {
    ...{ project, run, end },
    serve() {
      const child = spawn(process.execPath, ['cli/main.ts', 'local', '--port', '0', '--http-port', '0'], {
        ...{ cwd: project, env },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      server = child
      let output = ''
      return new Promise((resolve, reject) => {
        for (const stream of [child.stdout, child.stderr])
          stream.on('data', (chunk) => {
            output += chunk
            if (output.includes('Ctrl-C stops it')) resolve(output)
          })
        child.once('exit', () => reject(new Error(`npm run local ended: ${output}`)))
      })
    },
    async succeed(lines, input) {
      const { code, stdout, stderr } = await run(lines, input)
      if (code !== 0) throw new Error(`exit code ${code} of:\n${lines}\n${stdout}\n${stderr}`)
      return stdout
    },
    deployed() {
      const urns = new Set<string>()
      const journal = readFileSync(join(project, '.local', 'cloud', 'ledger', 'ledger.jsonl'), 'utf8')
      for (const line of journal.split('\n').filter(Boolean)) {
        const { put, deleted }: { put?: { urn: string }; deleted?: string } = JSON.parse(line)
        if (put) urns.add(put.urn)
        if (deleted !== undefined) urns.delete(deleted)
      }
      return [...urns]
    },
    async close() {
      await end('SIGINT')
      rmSync(project, { recursive: true, force: true })
    },
  }
}
