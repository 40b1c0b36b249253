/** What of this machine would stop a deployment: a Node on the PATH that is too old for the programs, no Pulumi CLI. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Answer } from '../../cli/doctor/check.ts'
import { tools } from '../../cli/doctor/checks/tools.ts'

const { PATH } = process.env
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'genai-tools-'))
  process.env.PATH = folder
})
afterEach(() => {
  process.env.PATH = PATH
  rmSync(folder, { recursive: true })
})

function script(name: string, text: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`)
  chmodSync(join(folder, name), 0o755)
}

async function ask(needsPulumi: boolean): Promise<readonly Answer[]> {
  if (tools.of !== 'machine') throw new Error('not of this machine')
  return [await tools.ask({ kind: 'machine', subject: 'this machine', needsPulumi }, {} as never)].flat()
}

it.each([
  ['v22.17.1', 'failed', 'v22.17.1, and the programs need 22.18 or newer'],
  ['v20.20.2', 'failed', 'v20.20.2, and the programs need 22.18 or newer'],
  ['v22.18.0', 'ok', 'v22.18.0'],
  ['v24.1.0', 'ok', 'v24.1.0'],
])('Node %s on the PATH: %s', async (version, verdict, said) => {
  script('node', `echo ${version}`)
  expect((await ask(false))[0]).toMatchObject({ verdict, said, about: 'node on PATH' })
})

it('no Node at all', async () => {
  expect((await ask(false))[0]).toMatchObject({
    verdict: 'failed',
    remedy: expect.stringContaining('node_modules/.bin'),
  })
})

it('a CLI that is none, where one is needed, and none where none is', async () => {
  script('pulumi', 'echo This is not Pulumi')
  expect((await ask(true))[1]).toMatchObject({
    verdict: 'failed',
    said: expect.stringContaining('There is no Pulumi CLI.'),
    remedy: expect.stringContaining('https://www.pulumi.com/docs/install/'),
  })
  expect((await ask(false))[1]).toMatchObject({ verdict: 'notAsked' })
})
