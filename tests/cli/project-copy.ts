/** A copy of the project, so that commands can be tried as a newcomer does: its stack files and `.local` are nobody else's. */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'

const LEFT_OUT = new Set(['node_modules', '.git', '.local', 'coverage'])

/** @returns its folder, which the caller removes */
export function copyProject(): string {
  const project = mkdtempSync(join(tmpdir(), 'genai-project-'))
  cpSync(PROJECT_DIRECTORY, project, {
    recursive: true,
    filter: (source) => !LEFT_OUT.has(source.slice(PROJECT_DIRECTORY.length + 1)),
  })
  symlinkSync(join(PROJECT_DIRECTORY, 'node_modules'), join(project, 'node_modules'))
  return project
}

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** @param input for its standard input, which is no terminal */
export function runIn(project: string, args: readonly string[], input = ''): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['cli/main.ts', ...args], { cwd: project }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    )
    child.stdin?.end(input)
  })
}

export const ANY_PORT = ['--port', '0', '--http-port', '0', '--browser-port', '0']
export const STACK_TRACE = /^\s+at .+:\d+:\d+/m
