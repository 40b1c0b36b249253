import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { UserError } from '../../cli/verb.ts'
import { prove } from '../../cli/verbs/prove.ts'

it('a folder that cannot be written to is told before anything is tried', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'prove-output-'))
  const file = join(directory, 'file')
  writeFileSync(file, '')
  const started = performance.now()
  await expect(prove.run({ values: { output: join(file, 'reports') }, positionals: [] })).rejects.toThrow(UserError)
  // A local cloud takes longer to come up.
  expect(performance.now() - started).toBeLessThan(500)
  rmSync(directory, { recursive: true })
})
