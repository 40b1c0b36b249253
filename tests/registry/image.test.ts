/** The gateway's image from a base in one registry to the repository in another, pulled from there and run. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { gunzipSync } from 'node:zlib'
import { ECRClient } from '@aws-sdk/client-ecr'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ImageHub } from '../../cli/image/hub.ts'
import { ENTRY } from '../../cli/image/image.ts'
import { check, type PutOptions, put } from '../../cli/image/publish.ts'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { ENVIRONMENT } from '../../proof/bench/tenant.ts'
import { type Bundle, bundleFunction } from '../../shared/bundle.ts'
import { GATEWAY_SERVER, GATEWAY_USER } from '../../shared/gateway-image.ts'
import { platformDeployerPolicies } from '../../shared/policies/deployer-platform.ts'
import { GATEWAY_PORT, HEALTH_PATH } from '../../shared/tenant.ts'
import { gatewayImage } from '../../spoke/preflight/image.ts'
import { type BaseOptions, putBase } from './base-image.ts'
import { ACCOUNT, PASSWORD, type Repository, type StandIn, sha256, startRegistry } from './stand-in.ts'

const BASES = 'docker/library/node'
const REPOSITORY = 'genai-gateway'
const REGION = 'us-east-1'

const directory = mkdtempSync(join(tmpdir(), 'image-'))
afterAll(() => rmSync(directory, { recursive: true }))

let bundle: Bundle
beforeAll(async () => {
  bundle = await bundleFunction(GATEWAY_SERVER)
})

let bases: StandIn
let hub: StandIn
let file: string
beforeEach(async () => {
  bases = await startRegistry({ lets: 'everybody', repositories: [BASES] })
  hub = await startRegistry({ lets: 'password', repositories: [REPOSITORY, 'bases/node'] })
  file = join(directory, 'Pulumi.hub.yaml')
  copyFileSync(join(PROJECT_DIRECTORY, 'Pulumi.hub.yaml'), file)
})
afterEach(() => {
  bases.close()
  hub.close()
})

const baseName = () => `${bases.host}/${BASES}:24-slim`
const putThere = (options?: BaseOptions) => putBase(bases.repository(BASES), '24-slim', options)

/** As cli/image/hub.ts opens it. */
function opened(gatewayBaseImage?: string): ImageHub {
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' }
  const ecr = new ECRClient({ region: REGION, endpoint: hub.url, credentials, maxAttempts: 1 })
  const settings = { account: ACCOUNT, region: REGION, gatewayBaseImage } as ImageHub['settings']
  return {
    stack: 'hub',
    project: 'genai-hub-spoke',
    file,
    settings,
    repository: { ecr, account: ACCOUNT, region: REGION },
  }
}

const details: string[] = []
const options = (more: Partial<PutOptions> = {}): PutOptions => ({
  base: baseName(),
  signal: new AbortController().signal,
  step: (_, work) => work((text) => void details.push(text)),
  pauseMilliseconds: 1,
  ...more,
})
/** With the base that the file names. */
const withoutBase = () => {
  const { base: _, ...others } = options()
  return others
}

/** What somebody pulls, each part held to its digest. */
function pulled({ blobs, manifests, tags }: Repository, tag: string) {
  const digest = tags.get(tag) ?? ''
  const { bytes, mediaType } = manifests.get(digest) ?? { bytes: Buffer.alloc(0), mediaType: '' }
  expect(sha256(bytes)).toBe(digest)
  const blob = (one: { digest: string; size: number }) => {
    const found = blobs.get(one.digest) ?? Buffer.alloc(0)
    expect([sha256(found), found.length]).toEqual([one.digest, one.size])
    return found
  }
  const manifest = JSON.parse(bytes.toString('utf8'))
  return {
    digest,
    mediaType,
    manifest,
    configuration: JSON.parse(`${blob(manifest.config)}`),
    layers: manifest.layers.map(blob) as Buffer[],
  }
}

/** By the machine's own tar, in order, as a container's file system is made. */
function unpacked(layers: readonly Buffer[]): string {
  const root = mkdtempSync(join(directory, 'root-'))
  for (const input of layers) execFileSync('tar', ['-xzf', '-'], { cwd: root, input })
  return root
}

describe('an image that is pushed', () => {
  it('is pulled, unpacked, run as the image says, and answers its health check', async () => {
    putThere()
    const { tag = '', digest } = await put(opened(), bundle, options())
    const image = pulled(hub.repository(REPOSITORY), tag)
    expect(image.digest).toBe(digest)
    const { config, rootfs, architecture } = image.configuration
    expect(architecture).toBe('arm64')
    expect(rootfs.diff_ids).toEqual(image.layers.map((layer) => sha256(gunzipSync(layer))))
    expect(config).toMatchObject({
      User: GATEWAY_USER,
      WorkingDir: '/app',
      ExposedPorts: { [`${GATEWAY_PORT}/tcp`]: {} },
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'NODE_VERSION=24.21.0'],
    })
    expect(config.Cmd).toBeUndefined()
    const root = unpacked(image.layers)
    expect(readFileSync(join(root, 'app/left.txt'), 'utf8')).toBe('of the base')
    const [command, ...args] = config.Entrypoint as string[]
    expect(command).toBe('node')
    const server = spawn(
      process.execPath,
      args.map((path) => join(root, path)),
      {
        cwd: join(root, config.WorkingDir),
        env: { ...ENVIRONMENT, PORT: '0' },
      },
    )
    try {
      const [line] = await once(createInterface(server.stdout), 'line')
      const { port } = JSON.parse(`${line}`).listening
      const answer = await fetch(`http://127.0.0.1:${port}${HEALTH_PATH}`)
      expect(answer.status).toBe(200)
    } finally {
      server.kill('SIGKILL')
    }
  })

  it('has its layer in the form that tar reads: root owns it, everybody reads it, and it is of no time', async () => {
    putThere()
    const { tag = '' } = await put(opened(), bundle, options())
    const layer = pulled(hub.repository(REPOSITORY), tag).layers.at(-1)
    const list = execFileSync('tar', ['--numeric-owner', '--utc', '-tvzf', '-'], { input: layer, encoding: 'utf8' })
    expect(list.replaceAll(/ +/g, ' ').trim().split('\n')).toEqual([
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 app/',
      expect.stringMatching(/^-rw-r--r-- 0\/0 \d{6} 1970-01-01 00:00 app\/server\.cjs$/),
    ])
    expect(ENTRY).toBe('/app/server.cjs')
  })

  it('is the same in every repository, and its tag the one that a spoke asks for', async () => {
    putThere()
    const first = await put(opened(), bundle, options())
    const other = await startRegistry({ lets: 'password', repositories: [REPOSITORY] })
    const before = hub
    hub = other
    try {
      const { digest, tag, baseImage } = await put(opened(), bundle, options())
      expect({ digest, tag, baseImage }).toEqual({ digest: first.digest, tag: first.tag, baseImage: first.baseImage })
    } finally {
      other.close()
      hub = before
    }
    const asked: unknown[] = []
    const hubFargate = { repositoryUrl: 'r', repositoryName: REPOSITORY, baseImage: first.baseImage } as Parameters<
      typeof gatewayImage
    >[1]
    const compute = { kind: 'fargate' } as Parameters<typeof gatewayImage>[0]
    await gatewayImage(compute, hubFargate, 'tenant1', async (_, query) => {
      asked.push(query)
      return first.digest ?? ''
    })
    expect(asked).toEqual([{ imageTag: first.tag }])
  })

  it('of a base in Docker’s older format is of that format', async () => {
    putThere({ family: 'docker' })
    const { tag = '' } = await put(opened(), bundle, options())
    const { mediaType, manifest } = pulled(hub.repository(REPOSITORY), tag)
    expect([mediaType, ...new Set(manifest.layers.map((one: { mediaType: string }) => one.mediaType))]).toEqual([
      'application/vnd.docker.distribution.manifest.v2+json',
      'application/vnd.docker.image.rootfs.diff.tar.gzip',
    ])
  })

  it('is not pushed again: ECR is asked, and nobody else', async () => {
    putThere()
    const { baseImage, digest } = await put(opened(), bundle, options())
    const missing = await check(opened(`${baseImage?.slice(0, -1)}${baseImage?.endsWith('0') ? 1 : 0}`), bundle)
    expect(missing.digest).toBeUndefined()
    for (const log of [bases.requests, hub.actions]) log.length = 0
    expect(await put(opened(baseImage), bundle, withoutBase())).toMatchObject({ digest, pushed: false, sentBytes: 0 })
    expect(await check(opened(baseImage), bundle)).toMatchObject({ digest, pushed: false })
    expect([bases.requests, hub.actions]).toEqual([[], ['ecr:DescribeImages', 'ecr:DescribeImages']])
  })

  it('sends no layer that is there already, and asks IAM for what the policy allows and for nothing else', async () => {
    const { of } = putThere()
    const first = await put(opened(), bundle, options())
    expect(hub.actions.filter((one) => one === 'ecr:UploadLayerPart')).toHaveLength(4)
    hub.repository(REPOSITORY).tags.clear()
    const again = await put(opened(`${bases.host}/${BASES}@${of('arm64')}`), bundle, withoutBase())
    expect(again).toMatchObject({ pushed: true, sentBytes: 0, digest: first.digest })
    // Somebody else's tag is asked for its manifest.
    const hurried = { ...opened(first.baseImage) }
    hub.faults.beforeTag = async () => void hub.repository(REPOSITORY).tags.set(first.tag ?? '', first.digest ?? '')
    hub.repository(REPOSITORY).tags.clear()
    await put(hurried, bundle, withoutBase())
    const { image } = platformDeployerPolicies({ account: ACCOUNT, region: REGION })
    const allowed = image.Statement.flatMap(({ Action }) => Action ?? [])
    expect([...new Set(hub.actions)].sort()).toEqual([...allowed].sort())
  })

  it('of a base in the hub’s own registry is read with the same credentials, and its layers are not sent', async () => {
    putBase(hub.repository('bases/node'), '24')
    const { sentBytes, tag = '' } = await put(opened(), bundle, options({ base: `${hub.host}/bases/node:24` }))
    expect(sentBytes).toBeLessThan(1_000_000)
    expect(pulled(hub.repository(REPOSITORY), tag).layers).toHaveLength(3)
  })
})

describe('the base', () => {
  it('is looked up once, of the tasks’ platform, and written behind fargate; nothing else of the file changes', async () => {
    const { of } = putThere()
    const text = `${readFileSync(file, 'utf8')}\n  genai-hub-spoke:fargate: true # as asked\n\n  # The last.\n  genai-hub-spoke:listenerRules: 100\n`
    writeFileSync(file, text)
    const { baseImage, wrote } = await put(opened(), bundle, options())
    expect([baseImage, wrote]).toEqual([`${bases.host}/${BASES}@${of('arm64')}`, 'Pulumi.hub.yaml'])
    const line = `  genai-hub-spoke:gatewayBaseImage: ${baseImage} # ${baseName()}, looked up by genai image\n`
    expect(readFileSync(file, 'utf8')).toBe(text.replace('true # as asked\n', `true # as asked\n${line}`))
  })

  it('of another name takes the line of the one before; one that was named by its list stays as it is', async () => {
    putThere()
    await put(opened(), bundle, options())
    const before = readFileSync(file, 'utf8')
    const { index, of } = putBase(bases.repository(BASES), '26-slim', { node: '26.1.0' })
    const { baseImage } = await put(opened('old'), bundle, options({ base: `${bases.host}/${BASES}:26-slim` }))
    const after = readFileSync(file, 'utf8')
    expect(after.split('\n')).toHaveLength(before.split('\n').length)
    expect(after).toContain(`gatewayBaseImage: ${bases.host}/${BASES}@${of('arm64')} # ${bases.host}/${BASES}:26-slim,`)
    expect(baseImage).toContain(of('arm64'))
    const list = `${bases.host}/${BASES}@${index}`
    expect(await put(opened(list), bundle, withoutBase())).toMatchObject({ baseImage: list, pushed: true })
    expect(readFileSync(file, 'utf8')).toBe(after)
  })

  it('is written even where the hub has no repository yet, and the way on is told', async () => {
    putThere()
    hub.remove(REPOSITORY)
    await expect(put(opened(), bundle, options())).rejects.toMatchObject({
      message: expect.stringMatching(
        /There is no repository genai-gateway in account 111111111111.*Pulumi\.hub\.yaml has the base/,
      ),
      remedy: expect.stringContaining('pulumi up -s hub, then this again'),
    })
    expect(readFileSync(file, 'utf8')).toContain('genai-hub-spoke:gatewayBaseImage: ')
  })
})

describe('what goes wrong is told, and leaves no tag', () => {
  afterEach(() => expect(hub.repository(REPOSITORY).tags.size).toBe(0))
  const unchanged = () => expect(readFileSync(file, 'utf8')).not.toContain('gatewayBaseImage')
  const refused = async (message: RegExp, remedy: RegExp, more: Partial<PutOptions> = {}) => {
    await expect(put(opened(), bundle, options(more))).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    })
    unchanged()
  }

  it('a layer whose bytes are others than its digest says: the repository never has it whole', async () => {
    const { of } = putThere({ megabytes: 3 })
    const arm = bases.repository(BASES).manifests.get(of('arm64'))
    const layer = JSON.parse(`${arm?.bytes}`).layers[1].digest
    bases.faults.corrupt = layer
    await refused(/answered other bytes for the layer sha256:\w+ .*Nothing was tagged/, /Something on the way/)
    expect(hub.repository(REPOSITORY).blobs.has(layer)).toBe(false)
  })

  it('a manifest, and a configuration, that are not what was asked for', async () => {
    const { of } = putThere()
    const { manifests, blobs } = bases.repository(BASES)
    const stored = manifests.get(of('arm64'))
    manifests.set(of('arm64'), { bytes: Buffer.from(`${stored?.bytes} `), mediaType: stored?.mediaType ?? '' })
    await refused(/other bytes for the manifest sha256/, /Something on the way/)
    if (stored) manifests.set(of('arm64'), stored)
    const { config } = JSON.parse(`${stored?.bytes}`)
    blobs.set(config.digest, Buffer.from('{}'))
    await refused(/other bytes for the blob sha256/, /Something on the way/)
  })

  it.each([
    [
      'a list without the platform',
      { architectures: ['amd64', 's390x'] },
      /not for linux\/arm64.*it is for linux\/amd64, linux\/s390x/,
    ],
    ['an older Node', { node: '20.19.0' }, /has Node 20\.19\.0, and the gateway is built for 24 or newer/],
  ] as const)('%s', async (_, base, message) => {
    putThere(base)
    await refused(message, /--base/)
  })

  it('an image of one platform, of another', async () => {
    const { of } = putThere()
    await refused(/not for linux\/arm64.*it is for linux\/amd64/, /--base/, {
      base: `${bases.host}/${BASES}@${of('amd64')}`,
    })
  })

  it.each([
    ['a tag that is not there', () => `${bases.host}/${BASES}:none`, /There is no .*none/],
    ['a repository that is not there', () => `${bases.host}/nobody/node:24`, /There is no .*nobody\/node \(24\)/],
    [
      'a registry that is not there',
      () => '127.0.0.1:1/library/node:24',
      /127\.0\.0\.1:1 cannot be asked for the manifest.*ECONNREFUSED/,
    ],
    [
      'a registry that wants a password',
      () => `localhost:${hub.host.split(':')[1]}/bases/node:24`,
      /refuses the manifest 24 .*401 UNAUTHORIZED/,
    ],
    ['a short name', () => 'node:24', /"node:24" names no image/],
    ['a name without tag', () => `${bases.host}/${BASES}`, /names no image/],
  ])('%s', async (_, base, message) => {
    putThere()
    await refused(message, /./, { base: base() })
  })

  it.each([
    ['ecr:GetAuthorizationToken', /^ecr:GetAuthorizationToken is denied/],
    ['ecr:DescribeImages', /^ecr:DescribeImages is denied/],
    ['ecr:BatchCheckLayerAvailability', /\(ecr:BatchCheckLayerAvailability\): 403/],
    ['ecr:InitiateLayerUpload', /403 DENIED .*ecr:InitiateLayerUpload/],
    ['ecr:CompleteLayerUpload', /403 DENIED .*ecr:CompleteLayerUpload/],
    ['ecr:PutImage', /403 DENIED .*ecr:PutImage/],
  ])('no permission for %s', async (action, message) => {
    putThere()
    hub.faults.denied = new Set([action])
    await refused(message, /platform-deployer-image, in docs\/deployers\.md/)
  })

  it('credentials of another account', async () => {
    putThere()
    hub.faults.account = '999999999999'
    await refused(/are of account 999999999999, and the hub is in 111111111111/, /AWS_PROFILE/)
  })

  it('a stop in the middle; then it is done all the same', async () => {
    putThere()
    const stop = new AbortController()
    hub.faults.beforeUpload = async () => stop.abort()
    await expect(put(opened(), bundle, options({ signal: stop.signal }))).rejects.toThrow(/abort/)
    unchanged()
    expect(hub.repository(REPOSITORY).tags.size).toBe(0)
    delete hub.faults.beforeUpload
    expect(await put(opened(), bundle, options())).toMatchObject({ pushed: true })
    hub.repository(REPOSITORY).tags.clear()
  })

  it('never with what signs in', async () => {
    putThere()
    hub.faults.denied = new Set(['ecr:PutImage'])
    const error = await put(opened(), bundle, options()).catch((cause) => cause)
    const said = [error.message, error.remedy, error.stack, ...details].join('\n')
    expect(said).not.toContain(PASSWORD)
    expect(said).not.toContain(Buffer.from(`AWS:${PASSWORD}`).toString('base64'))
  })
})

it('a tag that is there with another image stays as it is; with the same one, it is there', async () => {
  putThere()
  const { tag = '', digest = '' } = await put(opened(), bundle, options())
  const { tags, manifests } = hub.repository(REPOSITORY)
  const other = Buffer.from('{"other":"image"}')
  manifests.set(sha256(other), { bytes: other, mediaType: 'application/vnd.oci.image.manifest.v1+json' })
  for (const there of [sha256(other), digest]) {
    tags.clear()
    hub.faults.beforeTag = async () => void tags.set(tag, there)
    const done = put(opened(), bundle, options())
    if (there === digest) expect(await done).toMatchObject({ digest })
    else
      await expect(done).rejects.toThrow(
        /is there already and holds sha256:\w+, not sha256:\w+, and tags of this repository never change/,
      )
    expect(tags.get(tag)).toBe(there)
  }
})

it('what passes is repeated: a busy registry, downloads that break off, a token that has expired', async () => {
  putThere({ megabytes: 2 })
  Object.assign(bases.faults, { busy: 2, cuts: 3 })
  hub.faults.busy = 3
  hub.faults.beforeUpload = async () => bases.expireTokens()
  expect(await put(opened(), bundle, options())).toMatchObject({ pushed: true })
})
