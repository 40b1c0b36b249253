import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { stackFilesIn } from './stack-files.ts'

const directory = mkdtempSync(join(tmpdir(), 'stack-files-'))
afterAll(() => rmSync(directory, { recursive: true }))

it('a stack file that was written to is read again in the same process', async () => {
  const written = (tenant: string) => {
    writeFileSync(join(directory, 'Pulumi.spoke.yaml'), `config: { demo:tenantId: ${tenant} }`)
    return stackFilesIn(directory, 'demo')
  }
  expect(await written('one')).toEqual([{ stack: 'spoke', raw: { tenantId: 'one' } }])
  expect(await written('one')).toEqual(await written('one'))
  expect(await written('two')).toEqual([{ stack: 'spoke', raw: { tenantId: 'two' } }])
  expect(await stackFilesIn(directory, 'another')).toEqual([{ stack: 'spoke', raw: {} }])
})
