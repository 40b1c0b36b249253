/**
 * A registry of images that speaks the OCI distribution protocol as ECR does: uploads in one piece, tags that never change, storage
 * on another host, refusals in the protocol's words; and the two calls of ECR's own API that the command makes. It notes every
 * request as the action that IAM knows it by.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Stored {
  readonly bytes: Buffer
  readonly mediaType: string
}

export interface Repository {
  readonly blobs: Map<string, Buffer>
  readonly manifests: Map<string, Stored>
  readonly tags: Map<string, string>
}

export interface Options {
  /** Everybody, by a token as `public.ecr.aws` hands out; or whoever has the password, as a private registry. */
  readonly lets: 'everybody' | 'password'
  readonly repositories: readonly string[]
}

/** What goes wrong, by the test's choice. */
export interface Faults {
  /** Blob of which other bytes are sent. */
  corrupt?: string
  /** Downloads that end in the middle. */
  cuts: number
  /** Requests that are answered 503. */
  busy: number
  /** Actions that IAM denies. */
  denied: ReadonlySet<string>
  /** Awaited before an upload is taken. */
  beforeUpload?: () => Promise<void>
  /** Awaited before a tag is written. */
  beforeTag?: () => Promise<void>
  /** Account of whoever signs. */
  account?: string
}

export const ACCOUNT = '111111111111'
export const PASSWORD = 'a-password-that-nobody-must-see'
const CREDENTIALS = Buffer.from(`AWS:${PASSWORD}`).toString('base64')

export const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export async function startRegistry({ lets, repositories }: Options) {
  const images = new Map<string, Repository>(
    repositories.map((name) => [name, { blobs: new Map(), manifests: new Map(), tags: new Map() }]),
  )
  const faults: Faults = { cuts: 0, busy: 0, denied: new Set() }
  const actions: string[] = []
  const requests: string[] = []
  const tokens = new Set<string>()
  const uploads = new Map<string, Repository>()

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const host = `127.0.0.1:${port}`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${host}`)
    requests.push(`${request.method} ${url.pathname}`)
    if (request.headers['x-amz-target'] !== undefined) return await api(request, response)
    if (url.pathname === '/token/') return token(url, response)
    if (url.pathname.startsWith('/storage/')) return storage(request, url, response)
    if (faults.busy > 0) {
      faults.busy -= 1
      request.resume()
      return void response.writeHead(503).end()
    }
    if (!isLetIn(request)) return challenge(request, response)
    const [, name = '', kind, id = ''] = /^\/v2\/(.+?)\/(manifests|blobs)\/(.*)$/.exec(url.pathname) ?? []
    const repository = images.get(name)
    if (!repository) return refuse(response, 404, 'NAME_UNKNOWN', `The repository with name '${name}' does not exist.`)
    const action = actionOf(`${request.method}`, kind, id)
    actions.push(...action)
    const no = action.find((one) => faults.denied.has(one))
    if (no !== undefined) {
      request.resume()
      const who = `arn:aws:sts::${ACCOUNT}:assumed-role/pipeline/session`
      return refuse(response, 403, 'DENIED', `User: ${who} is not authorized to perform: ${no} on resource: ${name}`)
    }
    if (kind === 'manifests') return await manifests(request, response, repository, id)
    if (id.startsWith('uploads/')) return await upload(request, response, repository, url)
    return blob(request, response, name, repository.blobs.get(id), id)
  }

  function isLetIn({ headers: { authorization = '' } }: IncomingMessage): boolean {
    if (lets === 'password') return authorization === `Basic ${CREDENTIALS}`
    return authorization.startsWith('Bearer ') && tokens.has(authorization.slice('Bearer '.length))
  }

  function challenge(request: IncomingMessage, response: ServerResponse): void {
    request.resume()
    const how =
      lets === 'password'
        ? `Basic realm="http://${host}/",service="ecr.amazonaws.com"`
        : `Bearer realm="http://${host}/token/",service="${host}",scope="aws"`
    response.setHeader('www-authenticate', how)
    refuse(response, 401, 'UNAUTHORIZED', 'Not Authorized')
  }

  function token(url: URL, response: ServerResponse) {
    if (url.searchParams.get('service') !== host || url.searchParams.get('scope') !== 'aws')
      return refuse(response, 400, 'UNSUPPORTED', 'The challenge said other parameters.')
    const token = randomUUID()
    tokens.add(token)
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token }))
  }

  /** Blobs are elsewhere: on a host that refuses a request with two kinds of credentials, as S3 does. */
  function blob(
    request: IncomingMessage,
    response: ServerResponse,
    name: string,
    bytes: Buffer | undefined,
    id: string,
  ) {
    if (!bytes) return refuse(response, 404, 'BLOB_UNKNOWN', 'The layer does not exist.')
    if (request.method === 'HEAD') return void response.writeHead(200, { 'content-length': bytes.length }).end()
    response.writeHead(307, { location: `http://localhost:${port}/storage/${name}/${id}?signed=yes` }).end()
  }

  function storage(request: IncomingMessage, url: URL, response: ServerResponse): void {
    if (request.headers.authorization !== undefined) return void response.writeHead(400).end('Only one auth mechanism')
    const [, name = '', id = ''] = /^\/storage\/(.+)\/(sha256:\w+)$/.exec(url.pathname) ?? []
    const stored = images.get(name)?.blobs.get(id) ?? Buffer.alloc(0)
    const bytes = Buffer.from(stored)
    if (faults.corrupt === id) bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    response.writeHead(200, { 'content-length': bytes.length })
    if (faults.cuts === 0) return void response.end(bytes)
    faults.cuts -= 1
    response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
  }

  async function upload(request: IncomingMessage, response: ServerResponse, repository: Repository, url: URL) {
    if (request.method === 'POST') {
      const [mount, from] = ['mount', 'from'].map((name) => url.searchParams.get(name) ?? '')
      const mounted = images.get(from ?? '')?.blobs.get(mount ?? '')
      if (mounted) {
        repository.blobs.set(mount ?? '', mounted)
        return void response.writeHead(201, { 'docker-content-digest': mount }).end()
      }
      const id = randomUUID()
      uploads.set(id, repository)
      return void response.writeHead(202, { location: `${url.pathname}${id}?state=opaque` }).end()
    }
    if (faults.beforeUpload) await faults.beforeUpload()
    const id = url.pathname.split('/').at(-1) ?? ''
    const bytes = await bodyOf(request)
    if (uploads.get(id) !== repository || url.searchParams.get('state') !== 'opaque')
      return refuse(response, 404, 'BLOB_UPLOAD_UNKNOWN', 'There is no such upload.')
    if (Number(request.headers['content-length']) !== bytes.length)
      return refuse(response, 400, 'SIZE_INVALID', 'The length is not said.')
    const digest = url.searchParams.get('digest') ?? ''
    if (sha256(bytes) !== digest) return refuse(response, 400, 'DIGEST_INVALID', 'The digest does not match.')
    uploads.delete(id)
    repository.blobs.set(digest, bytes)
    response.writeHead(201, { 'docker-content-digest': digest }).end()
  }

  async function manifests(request: IncomingMessage, response: ServerResponse, repository: Repository, id: string) {
    const { blobs, manifests: documents, tags } = repository
    if (request.method === 'GET') {
      const digest = id.startsWith('sha256:') ? id : (tags.get(id) ?? '')
      const stored = documents.get(digest)
      if (!stored) return refuse(response, 404, 'MANIFEST_UNKNOWN', 'Requested image not found')
      if (!String(request.headers.accept).includes(stored.mediaType))
        return refuse(response, 406, 'UNSUPPORTED', 'The manifest is of a kind that is not accepted.')
      return void response
        .writeHead(200, { 'content-type': stored.mediaType, 'docker-content-digest': digest })
        .end(stored.bytes)
    }
    const bytes = await bodyOf(request)
    if (faults.beforeTag) await faults.beforeTag()
    const mediaType = String(request.headers['content-type'])
    const { config, layers, mediaType: said } = JSON.parse(bytes.toString('utf8'))
    if (said !== mediaType) return refuse(response, 400, 'MANIFEST_INVALID', 'Two media types.')
    if (![config, ...layers].every(({ digest, size }) => blobs.get(digest)?.length === size))
      return refuse(response, 400, 'MANIFEST_BLOB_UNKNOWN', 'A blob is missing.')
    if (tags.has(id))
      return refuse(
        response,
        400,
        'TAG_INVALID',
        `The image tag '${id}' already exists in the repository and cannot be overwritten because the tag is immutable.`,
      )
    documents.set(sha256(bytes), { bytes, mediaType })
    tags.set(id, sha256(bytes))
    response.writeHead(201, { 'docker-content-digest': sha256(bytes) }).end()
  }

  /** ECR's own API, in AWS's JSON protocol. */
  async function api(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
    const body = JSON.parse((await bodyOf(request)).toString('utf8'))
    actions.push(`ecr:${operation}`)
    const say = (status: number, said: object) =>
      void response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(said))
    if (!String(request.headers.authorization).startsWith('AWS4-HMAC-SHA256 '))
      return say(400, { __type: 'MissingAuthenticationTokenException' })
    if (faults.denied.has(`ecr:${operation}`))
      return say(400, { __type: 'AccessDeniedException', message: `no identity-based policy allows ecr:${operation}` })
    if (operation === 'GetAuthorizationToken') {
      const proxyEndpoint =
        faults.account === undefined ? `http://${host}` : `https://${faults.account}.dkr.ecr.us-east-1.amazonaws.com`
      return say(200, { authorizationData: [{ authorizationToken: CREDENTIALS, proxyEndpoint, expiresAt: 4e9 }] })
    }
    if (operation !== 'DescribeImages') return say(400, { __type: 'UnknownOperationException' })
    const repository = images.get(body.repositoryName)
    if (!repository || body.registryId !== ACCOUNT) return say(400, { __type: 'RepositoryNotFoundException' })
    const imageDigest = repository.tags.get(body.imageIds[0].imageTag)
    return imageDigest === undefined
      ? say(400, { __type: 'ImageNotFoundException' })
      : say(200, { imageDetails: [{ imageDigest }] })
  }

  return {
    host,
    url: `http://${host}`,
    faults,
    /** As IAM names what was asked, in order. */
    actions,
    requests,
    repository(name: string): Repository {
      const found = images.get(name)
      if (!found) throw new Error(`There is no repository ${name}.`)
      return found
    },
    /** Of all tokens that were handed out. */
    expireTokens: () => tokens.clear(),
    remove: (name: string) => void images.delete(name),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

export type StandIn = Awaited<ReturnType<typeof startRegistry>>

/** AWS's documentation, "IAM permissions for pushing an image" and "pulling". */
function actionOf(method: string, kind: string | undefined, id: string): readonly string[] {
  if (kind === 'manifests') return method === 'GET' ? ['ecr:BatchGetImage'] : ['ecr:PutImage']
  if (id.startsWith('uploads/'))
    return method === 'POST' ? ['ecr:InitiateLayerUpload'] : ['ecr:UploadLayerPart', 'ecr:CompleteLayerUpload']
  return method === 'HEAD' ? ['ecr:BatchCheckLayerAvailability'] : ['ecr:GetDownloadUrlForLayer']
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ errors: [{ code, message }] }))
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts)
}
