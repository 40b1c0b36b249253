/** Where the CLI comes from, with stand-ins of each place: scripts that say a version, a download that is refused or served. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { findPulumi, sdkVersion } from './find-cli.ts'

let directory: string
let cache: string
/** First on PATH, and before what the machine has. */
let bin: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pulumi-'))
  cache = join(directory, 'cache')
  bin = join(directory, 'bin')
  mkdirSync(bin)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  rmSync(directory, { recursive: true })
})

function script(folder: string, name: string, lines: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), `#!/bin/sh\n${lines}\n`)
  chmodSync(join(folder, name), 0o755)
}
const onPath = (...folders: readonly string[]) => vi.stubEnv('PATH', folders.join(delimiter))
/** What the installer is made of, and no pulumi. */
const withoutPulumi = () => onPath(bin, '/nowhere')

describe('the Pulumi CLI', () => {
  it('on PATH comes first', async () => {
    script(bin, 'pulumi', `echo v${sdkVersion()}`)
    script(join(cache, 'bin'), 'pulumi', 'exit 9')
    onPath(bin, process.env.PATH ?? '')
    const { from, command } = await findPulumi({ cache, download: false })
    expect({ from, version: command.version?.version }).toEqual({ from: 'PATH', version: sdkVersion() })
  })

  it('built from source, it says no version and is taken', async () => {
    script(bin, 'pulumi', 'echo')
    onPath(bin, process.env.PATH ?? '')
    expect(await findPulumi({ cache, download: false })).toMatchObject({ from: 'PATH' })
  })

  it('of an earlier download comes next', async () => {
    withoutPulumi()
    script(join(cache, 'bin'), 'pulumi', `echo v${sdkVersion()}`)
    expect(await findPulumi({ cache, download: false })).toMatchObject({ from: 'cache' })
  })

  it('that is older than the SDK is not taken: which was found, and what is wanted', async () => {
    script(bin, 'pulumi', 'echo v3.0.0')
    onPath(bin, process.env.PATH ?? '')
    await expect(findPulumi({ cache, download: false })).rejects.toThrow(/pulumi on PATH: .*3\.0\.0/)
  })

  it.each([
    [
      'is older than the SDK, but of its major version',
      `echo v3.200.0`,
      /requirement is .*current CLI version is v3\.200\.0/,
    ],
    ['is broken', 'echo "no such library" >&2; exit 1', /pulumi on PATH: it does not work: no such library/],
    [
      'is something else',
      'echo usage: pulumi FILE',
      /pulumi on PATH: it answers "usage: pulumi FILE" to pulumi version/,
    ],
  ])('that %s is passed over for the one in the cache, and said why where there is none', async (_what, lines, why) => {
    script(bin, 'pulumi', lines)
    onPath(bin, process.env.PATH ?? '')
    await expect(findPulumi({ cache, download: false })).rejects.toThrow(why)
    script(join(cache, 'bin'), 'pulumi', `echo v${sdkVersion()}`)
    expect(await findPulumi({ cache, download: false })).toMatchObject({ from: 'cache' })
  })

  it('that is not executable is said to be', async () => {
    onPath(bin, '/nowhere')
    writeFileSync(join(bin, 'pulumi'), '')
    await expect(findPulumi({ cache, download: false })).rejects.toThrow(/pulumi on PATH: it is not executable/)
  })

  it('that is nowhere: every attempt with its answer, and what to do', async () => {
    withoutPulumi()
    await expect(findPulumi({ cache, download: false })).rejects.toMatchObject({
      message: expect.stringMatching(
        /^There is no Pulumi CLI\. Tried:\n- pulumi on PATH: there is none\n- an earlier download in .+: there is none\n- the official download: not asked for$/,
      ),
      remedy: expect.stringContaining(`Install Pulumi ${sdkVersion()} or newer`),
    })
    expect(existsSync(cache)).toBe(false)
  })

  it.each([
    ['nothing', () => undefined],
    ['an older one', () => script(join(cache, 'bin'), 'pulumi', 'echo v3.200.0')],
    ['half of one', () => script(join(cache, 'bin'), 'pulumi', '\u0000ELF')],
  ])(
    'is downloaded into a cache with %s by the official installer, once, and in the SDK’s version',
    async (_what, prepare) => {
      prepare()
      onPath(bin, '/bin', '/usr/bin')
      script(bin, 'pulumi', 'exit 127')
      // What the installer is called with, and what it leaves behind.
      const installer = [
        'while [ $# -gt 0 ]; do case "$1" in --install-root) root=$2; shift;; --version) version=$2; shift;; esac; shift; done',
        'mkdir -p "$root/bin"; printf \'#!/bin/sh\\necho v%s\\n\' "$version" > "$root/bin/pulumi"; chmod 755 "$root/bin/pulumi"',
      ]
      const fetched: string[] = []
      vi.stubGlobal('fetch', async (url: string) => {
        fetched.push(url)
        return new Response(`#!/bin/sh\nset -e\n${installer.join('\n')}\n`)
      })
      const told: string[] = []
      const { from, command } = await findPulumi({ cache, onDownload: (version) => told.push(version) })
      expect({ from, version: command.version?.version, told }).toEqual({
        from: 'download',
        version: sdkVersion(),
        told: [sdkVersion()],
      })
      expect(await findPulumi({ cache })).toMatchObject({ from: 'cache' })
      expect(fetched).toHaveLength(1)
    },
  )

  it.each([
    ['no network', () => Promise.reject(new TypeError('fetch failed')), /Failed to download .*: fetch failed/],
    ['a refusal', async () => new Response('', { status: 403 }), /Failed to download .*: 403/],
    ['a broken installer', async () => new Response('exit 3'), /the official download of .*: .+/],
  ])('cannot be downloaded with %s: said among what was tried', async (_what, answer, message) => {
    onPath(bin, '/bin', '/usr/bin')
    script(bin, 'pulumi', 'exit 127')
    vi.stubGlobal('fetch', answer)
    await expect(findPulumi({ cache })).rejects.toThrow(message)
  })
})
