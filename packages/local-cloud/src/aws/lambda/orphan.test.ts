/** No process is left behind, however the local cloud ends. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../../testing/until.ts'

const FIXTURE = fileURLToPath(new URL('./testing.ts', import.meta.url))

/** A local cloud of its own, whose two functions have answered (one waits, one never yields) when it prints their ids. */
const PARENT = `
import { declaredFunction, functionArn, startLambda } from ${JSON.stringify(FIXTURE)}
const { invoke, lambda } = await startLambda([
  declaredFunction('waits', 'export const handler = async (e) => e.go ? new Promise(() => {}) : process.pid'),
  declaredFunction('spins', 'export const handler = async (e) => { if (e.go) for (;;); return process.pid }', { timeout: 900 }),
])
await invoke('waits')
await invoke('spins')
void invoke('waits', { go: true })
void invoke('spins', { go: true })
await new Promise((resolve) => setTimeout(resolve, 200))
console.log(JSON.stringify([...lambda.pids(functionArn('waits')), ...lambda.pids(functionArn('spins'))]))
process.on('SIGUSR2', () => process.exit(0))
setInterval(() => {}, 1000)
`

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'orphan-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGUSR2'] as const)(
  'after the local cloud got %s, its functions are gone as well',
  async (signal) => {
    const script = path.join(directory, 'parent.ts')
    await writeFile(script, PARENT)
    const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const pids = await new Promise<number[]>((resolve, reject) => {
      parent.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString())))
      parent.once('exit', (code) => reject(new Error(`The parent exited with ${code} before it was ready.`)))
    })
    expect(pids).toHaveLength(2)
    expect(pids.filter(isAlive)).toEqual(pids)
    parent.kill(signal)
    await until('the end of its functions', () => !pids.some(isAlive))
  },
)
