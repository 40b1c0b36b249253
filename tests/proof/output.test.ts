import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { UserError } from '../../cli/verb.ts'
import { prove } from '../../cli/verbs/prove.ts'
import { startTestbed } from '../../proof/prove/testbed/testbed.ts'

vi.mock('../../proof/prove/testbed/testbed.ts', { spy: true })

it('a folder that cannot be written to is told before anything is tried', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'prove-output-'))
  const file = join(directory, 'file')
  writeFileSync(file, '')
  await expect(prove.run({ values: { output: join(file, 'reports') }, positionals: [] })).rejects.toThrow(UserError)
  expect(startTestbed).not.toHaveBeenCalled()
  rmSync(directory, { recursive: true })
})
