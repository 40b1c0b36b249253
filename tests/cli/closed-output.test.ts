/** What a command does when nobody reads its output any more: `npm run tenant -- list | head -1`. */
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ANY_PORT, copyProject } from './project-copy.ts'

let project: string
beforeAll(() => {
  project = copyProject()
})
afterAll(() => rmSync(project, { recursive: true, force: true }))

interface Ended {
  readonly code: number | null
  readonly stderr: string
}

/** The reading end of its standard output is closed before it writes anything. */
function unread(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, ['cli/main.ts', ...args], { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stderr })))
}

describe('output that nobody reads', () => {
  it.each([
    { args: ['--help'] },
    { args: ['tenant', 'list', '--json'] },
    { args: ['guardrails', '--json'] },
    { args: ['start', ...ANY_PORT] },
  ])('is no failure: $args', async ({ args }) => {
    expect(await unread(...args)).toEqual({ code: 0, stderr: '' })
  })

  it('does not end a validation, whose exit code is the answer', async () => {
    expect(await unread('start', '--exit', ...ANY_PORT)).toEqual({ code: 0, stderr: '' })
  })
})
