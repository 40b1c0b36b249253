/** Base images for tests, as a registry has those of Node: a list of platforms, attestations among them, each with layers. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type Repository, sha256 } from './stand-in.ts'

const TYPES = {
  oci: {
    index: 'application/vnd.oci.image.index.v1+json',
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  },
  docker: {
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
} as const

export interface BaseOptions {
  readonly family?: keyof typeof TYPES
  readonly architectures?: readonly string[]
  readonly node?: string
  /** Of a layer of bytes that nothing compresses. */
  readonly megabytes?: number
}

/** @returns the digest of the list, and of the manifest of each architecture */
export function putBase(repository: Repository, tag: string, options: BaseOptions = {}) {
  const { family = 'oci', architectures = ['amd64', 'arm64'], node = '24.21.0', megabytes = 1 } = options
  const types = TYPES[family]
  const blob = (bytes: Buffer, mediaType: string) => {
    repository.blobs.set(sha256(bytes), bytes)
    return { mediaType, digest: sha256(bytes), size: bytes.length }
  }
  const document = (value: object, mediaType: string) => {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...value }, null, 3))
    repository.manifests.set(sha256(bytes), { bytes, mediaType })
    return { mediaType, digest: sha256(bytes), size: bytes.length }
  }
  const manifests = architectures.map((architecture) => {
    const layers = [
      layerOf({ 'etc/os-release': 'ID=test', 'app/left.txt': 'of the base' }),
      layerOf({ 'usr/share/much': randomBytes(megabytes * 1_000_000) }),
    ]
    const configuration = {
      os: 'linux',
      architecture,
      created: '2026-10-01T00:00:00Z',
      config: {
        Env: ['PATH=/usr/local/bin:/usr/bin:/bin', `NODE_VERSION=${node}`],
        Cmd: ['node'],
        Entrypoint: ['docker-entrypoint.sh'],
      },
      rootfs: { type: 'layers', diff_ids: layers.map((bytes) => sha256(gunzipSync(bytes))) },
      history: [{ created_by: 'first' }, { created_by: 'second' }],
    }
    const config = blob(Buffer.from(JSON.stringify(configuration)), types.config)
    const manifest = document({ config, layers: layers.map((bytes) => blob(bytes, types.layer)) }, types.manifest)
    return { ...manifest, platform: { os: 'linux', architecture } }
  })
  const attestation = { ...manifests[0], platform: { os: 'unknown', architecture: 'unknown' } }
  const { digest } = document({ manifests: [attestation, ...manifests] }, types.index)
  repository.tags.set(tag, digest)
  return {
    index: digest,
    of: (name: string) => manifests.find(({ platform }) => platform.architecture === name)?.digest ?? '',
  }
}

/** By the machine's own tar. */
function layerOf(files: Readonly<Record<string, string | Buffer>>): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'layer-'))
  try {
    for (const [path, contents] of Object.entries(files)) {
      mkdirSync(join(directory, path, '..'), { recursive: true })
      writeFileSync(join(directory, path), contents)
    }
    return execFileSync('tar', ['-czf', '-', '.'], { cwd: directory, maxBuffer: 2 ** 28 })
  } finally {
    rmSync(directory, { recursive: true })
  }
}
