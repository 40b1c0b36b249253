/** What a pipeline builds by the Dockerfile is what the command makes: the same bundle at the same place, run in the same way. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import type { Base } from '../../cli/image/base.ts'
import { gatewayImage } from '../../cli/image/image.ts'
import { DEFAULT_BASE } from '../../cli/image/reference.ts'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { bundleFunction } from '../../shared/bundle.ts'
import { GATEWAY_PLATFORM, GATEWAY_SERVER } from '../../shared/gateway-image.ts'

const FILE = join(PROJECT_DIRECTORY, 'functions/gateway/Dockerfile')
const text = readFileSync(FILE, 'utf8')
/** Of the last stage, by instruction. */
const last = new Map(
  (text.split(/^FROM /m).at(-1) ?? '')
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
)

it('says whom it runs as, what, where, and the port, as the command does', () => {
  const base = {
    image: 'none',
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    manifest: { schemaVersion: 2, config: { mediaType: 'm', digest: 'sha256:0', size: 1 }, layers: [] },
    configuration: {
      os: 'linux',
      architecture: 'arm64',
      rootfs: { type: 'layers', diff_ids: [] },
      config: { Cmd: ['node'] },
    },
  } as unknown as Base
  const { config } = JSON.parse(`${gatewayImage(base, Buffer.from('bundle')).configuration.bytes}`)
  expect([...last.keys()]).toEqual(['WORKDIR', 'COPY', 'USER', 'EXPOSE', 'ENTRYPOINT'])
  expect({
    WorkingDir: last.get('WORKDIR'),
    User: last.get('USER'),
    ExposedPorts: { [last.get('EXPOSE') ?? '']: {} },
    Entrypoint: JSON.parse(last.get('ENTRYPOINT') ?? ''),
  }).toEqual({ ...config, Labels: undefined })
  expect(last.get('COPY')).toBe(`--from=bundle --chmod=644 /server.cjs ${config.Entrypoint[1]}`)
  expect(text.match(/^FROM .*/gm)).toEqual([
    `FROM --platform=$BUILDPLATFORM ${DEFAULT_BASE} AS bundle`,
    `FROM ${DEFAULT_BASE}`,
  ])
  expect(text).toContain(`--platform ${GATEWAY_PLATFORM} `)
})

it('bundles by a command that makes the same bytes', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'dockerfile-'))
  try {
    const command = /^RUN (node .*)$/m.exec(text)?.[1]?.replace("'/server.cjs'", `'${directory}/server.cjs'`) ?? ''
    const PATH = `${dirname(process.execPath)}:${process.env.PATH}`
    execFileSync('sh', ['-c', command], { cwd: PROJECT_DIRECTORY, env: { PATH } })
    const { file } = await bundleFunction(GATEWAY_SERVER)
    expect(readFileSync(join(directory, 'server.cjs')).equals(readFileSync(file))).toBe(true)
  } finally {
    rmSync(directory, { recursive: true })
  }
})

it('leaves out of its context what a machine keeps', () => {
  const left = readFileSync(`${FILE}.dockerignore`, 'utf8').trim().split('\n')
  expect(left).toEqual(['.git', '.local', '**/node_modules'])
})
