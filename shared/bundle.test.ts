import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bundleFunction } from './bundle.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bundled-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const BEFORE = 1_700_000_000
/** @param time of its last change, seconds */
function write(name: string, text: string, time: number): void {
  writeFileSync(join(directory, name), text)
  utimesSync(join(directory, name), time, time)
}
const bundled = async () =>
  readFileSync((await bundleFunction(join(directory, 'entry.ts'), join(directory, 'bundles'))).file, 'utf8')

describe('a function that is bundled again in the same process', () => {
  beforeEach(() => {
    write('entry.ts', "import { answer } from './imported.ts'\nexport const handler = () => answer", BEFORE)
    write('imported.ts', "export const answer = 'one'", BEFORE)
  })

  it('has what was written since to any of its files', async () => {
    expect(await bundled()).toContain('one')
    write('imported.ts', "export const answer = 'two'", BEFORE + 1)
    expect(await bundled()).toContain('two')
    write('entry.ts', "export const handler = () => 'three'", BEFORE + 1)
    expect(await bundled()).toContain('three')
  })

  it('is not compiled again as long as nothing was written', async () => {
    expect(await bundled()).toContain('one')
    // Of the same size, and as if it had not been touched: only a second compilation would see it.
    write('imported.ts', "export const answer = 'two'", BEFORE)
    expect(await bundled()).toContain('one')
  })

  it('looks at no package again, which this process itself would not read again either', async () => {
    mkdirSync(join(directory, 'node_modules', 'packed'), { recursive: true })
    write('node_modules/packed/index.js', "export const answer = 'one'", BEFORE)
    write('entry.ts', "import { answer } from 'packed'\nexport const handler = () => answer", BEFORE + 1)
    expect(await bundled()).toContain('one')
    write('node_modules/packed/index.js', "export const answer = 'two'", BEFORE + 2)
    expect(await bundled()).toContain('one')
  })

  it('is written again where somebody has deleted it', async () => {
    const { file, sourceMapFile } = await bundleFunction(join(directory, 'entry.ts'), join(directory, 'bundles'))
    for (const one of [file, sourceMapFile]) {
      rmSync(one)
      await bundled()
      expect(existsSync(one)).toBe(true)
    }
  })

  it('fails while it cannot be compiled, and not for longer', async () => {
    write('imported.ts', 'export const another = 1', BEFORE + 1)
    await expect(bundled()).rejects.toThrow('answer')
    write('imported.ts', "export const answer = 'two'", BEFORE + 2)
    expect(await bundled()).toContain('two')
  })
})
