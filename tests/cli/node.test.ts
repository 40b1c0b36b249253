/** What Pulumi starts, on the Node that is first on PATH. */
import { afterEach, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

async function startedOn(version: string): Promise<unknown> {
  const versions = { ...process.versions, node: version }
  vi.stubGlobal(
    'process',
    new Proxy(process, { get: (target, name) => (name === 'versions' ? versions : Reflect.get(target, name)) }),
  )
  const main = new URL('../../main.js', import.meta.url).href
  return (await import(/* @vite-ignore */ main)).default
}

it.each(['20.20.2', '22.17.1'])(
  '%s is too old for the programs: said, with the way to the project’s own',
  async (version) => {
    await expect(startedOn(version)).rejects.toThrow(
      new RegExp(
        `takes Node 22\\.18 or newer; the first one on PATH is ${version.replaceAll('.', '\\.')}.*node_modules/\\.bin`,
      ),
    )
  },
)

it.each(['22.18.0', '24.0.0'])('%s runs them', async (version) => {
  expect(await startedOn(version)).toBeTypeOf('function')
})
