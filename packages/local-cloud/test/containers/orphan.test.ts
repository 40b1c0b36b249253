/** No task is left behind, however the local cloud ends. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { until } from '../../src/testing/until.ts'

const FIXTURE = fileURLToPath(new URL('../../src/testing/container-cloud.ts', import.meta.url))

/** A local cloud of its own, whose service is steady when it prints the ids of its tasks' processes. */
const PARENT = `
import { ContainerCloud } from ${JSON.stringify(FIXTURE)}
const here = await ContainerCloud.start()
await here.deploy()
console.log(JSON.stringify(here.tasks().map(({ pid }) => pid)))
setInterval(() => {}, 1000)
`

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'after the local cloud got %s, its tasks are gone as well',
  async (signal) => {
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', PARENT], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const pids = await new Promise<number[]>((resolve, reject) => {
      parent.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString())))
      parent.once('exit', (code) => reject(new Error(`The parent exited with ${code} before it was ready.`)))
    })
    expect(pids.filter(isAlive)).toHaveLength(2)
    parent.kill(signal)
    await until('the end of its tasks', () => !pids.some(isAlive))
  },
)
