import { execFile } from 'node:child_process'
import { describe, expect, it } from 'vitest'

/** As a command does it: the answer comes from a pipe. */
function answered(input: string, yes = false): Promise<string> {
  const program = `
    import { confirm } from ${JSON.stringify(new URL('./confirm.ts', import.meta.url).href)}
    await confirm('Destroy it?', 'destroy', ${yes}).then(() => console.log('done'), ({ message, remedy }) => console.log(message, remedy))`
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, ['--input-type=module', '-e', program], (error, stdout) =>
      error ? reject(error) : resolve(stdout.trim()),
    )
    child.stdin?.end(input)
  })
}

describe('a question before something is deleted', () => {
  it('takes the word, and nothing else', async () => {
    expect(await answered('destroy\n')).toBe('done')
    expect(await answered('no\n')).toBe('That was not destroy. Nothing was changed.')
    expect(await answered('\n')).toBe('That was not destroy. Nothing was changed.')
  })

  it('is not asked twice, nor with --yes; without an answer nothing is done', async () => {
    expect(await answered('no\ndestroy\n')).toBe('That was not destroy. Nothing was changed.')
    expect(await answered('', true)).toBe('done')
    expect(await answered('')).toBe('Destroy it? Nobody answered. Type destroy, or add --yes. Nothing was changed.')
  })
})
