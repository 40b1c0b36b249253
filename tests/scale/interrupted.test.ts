/** Ctrl-C in the middle of the bench: it ends at once, and leaves neither files nor processes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'

it('leaves nothing behind', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'genai-interrupted-'))
  try {
    const bench = spawn(process.execPath, [join(PROJECT_DIRECTORY, 'proof/bench/main.ts'), '--stacks'], {
      env: { ...process.env, TMPDIR: temporary },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const [said] = await once(bench.stderr, 'data')
    expect(String(said)).toMatch(/in-process: \d+ of 5 tenants/)
    expect(readdirSync(temporary)).toContainEqual(expect.stringMatching(/^genai-bench-/))
    bench.kill('SIGINT')
    const [code] = await once(bench, 'exit')
    expect(code).toBe(130)
    // A process that was killed may need a moment to be gone.
    await expect.poll(() => naming(temporary)).toEqual([])
    expect(readdirSync(temporary)).toEqual([])
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
})

/** Command lines of living processes that name a folder, where the machine tells them. */
function naming(folder: string): readonly string[] {
  if (!existsSync('/proc/self/cmdline')) return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      } catch {
        return []
      }
    })
    .filter((line) => line.includes(folder))
}
