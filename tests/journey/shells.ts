/** Two shells in a copy of the project, as docs/local-cloud.md has them: one serves the local cloud, one works with it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { connectionVariables } from '../../cli/local/local-shell.ts'
import type { Running } from '../../cli/local/running.ts'
import type { FoundCli } from '../../cli/pulumi/find-cli.ts'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { exportLines } from '../../cli/terminal/shell.ts'

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
  /** The same, with Ctrl-C as a terminal sends it, to all that runs, as soon as the output matches. One command. */
  interrupt(command: string, input: string, seen: RegExp): Promise<Ended>
  /**
   * The same shell, as it is with AWS: credentials, a backend, providers that the CLI starts itself, and nothing that says local.
   * What is not AWS is where host names of AWS lead to.
   */
  aws: Pick<Shells, 'run' | 'succeed' | 'interrupt'>
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

  const LOCAL = '. .local/pulumi.env'
  function run(lines: string, input = '', prelude = LOCAL): Promise<Ended> {
    return shell(`set -e\n${prelude}\n${lines}`, input)
  }
  function shell(script: string, input: string, onOutput?: (output: string, group: number) => void): Promise<Ended> {
    return new Promise((resolve) => {
      // A group of its own, as each command of a terminal's has.
      const child = spawn('sh', ['-c', script], { cwd: project, env, detached: true })
      const written = { stdout: '', stderr: '' }
      for (const name of ['stdout', 'stderr'] as const)
        child[name].on('data', (chunk: Buffer) => {
          written[name] += chunk.toString()
          onOutput?.(written.stdout + written.stderr, child.pid ?? 0)
        })
      child.on('close', (code) => resolve({ code: code ?? -1, ...written }))
      // Lines that end without reading what is piped: their exit code tells.
      child.stdin.on('error', () => undefined)
      child.stdin.end(input)
    })
  }
  function interrupt(command: string, input: string, seen: RegExp, prelude = LOCAL): Promise<Ended> {
    let sent = false
    return shell(`${prelude}\nexec ${command}`, input, (output, group) => {
      if (sent || !seen.test(output)) return
      sent = true
      process.kill(-group, 'SIGINT')
    })
  }
  async function succeed(lines: string, input?: string, prelude?: string): Promise<string> {
    const { code, stdout, stderr } = await run(lines, input, prelude)
    // What was exported has tokens in it.
    const shown = lines.replaceAll(/^export .*\n/gm, '')
    if (code !== 0) throw new Error(`exit code ${code} of:\n${shown}\n${stdout}\n${stderr}`)
    return stdout
  }
  async function end(signal: 'SIGINT' | 'SIGKILL'): Promise<number | null> {
    const child = server
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    child.kill(signal)
    return await ended
  }

  return {
    project,
    run,
    succeed,
    interrupt,
    end,
    aws: {
      run: (lines, input) => run(lines, input, awsLines(project)),
      succeed: (lines, input) => succeed(lines, input, awsLines(project)),
      interrupt: (command, input, seen) => interrupt(command, input, seen, awsLines(project)),
    },
    serve() {
      const child = spawn(
        process.execPath,
        ['cli/main.ts', 'local', '--port', '0', '--http-port', '0', '--browser-port', '0'],
        {
          cwd: project,
          env,
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      )
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

/** Providers on PATH are what the CLI would install; these say where the local cloud's own are listening. */
function awsLines(project: string): string {
  const read = (file: string) => JSON.parse(readFileSync(join(project, '.local', file), 'utf8'))
  const { aws, awsx, wire }: Record<string, number> = read('ports.json')
  const { caFile, operator }: Running = read('running.json')
  // In the program's folder: the CLI tells a provider of the folder that it was found in.
  for (const [name, port] of Object.entries({ aws, awsx })) {
    const file = join(project, `pulumi-resource-${name}`)
    writeFileSync(file, `#!/bin/sh\necho ${port}\nexec sleep 3600\n`, { mode: 0o755 })
  }
  mkdirSync(join(project, '.local', 'aws'), { recursive: true })
  const backend = `file://${join(project, '.local', 'aws')}`
  return `${exportLines({
    PULUMI_BACKEND_URL: backend,
    PULUMI_CONFIG_PASSPHRASE: 'mine',
    CURL_CA_BUNDLE: caFile,
    ...connectionVariables({ caFile, wirePort: wire ?? 0 }),
    AWS_ACCESS_KEY_ID: operator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operator.secretAccessKey,
    AWS_SESSION_TOKEN: operator.sessionToken,
  })}PATH="$PWD/node_modules/.bin:$PWD:$PATH"`
}
