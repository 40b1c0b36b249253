/** AWS for one server process, in the test's own: it notes who signed what, and its model streams as a prompt says. */
import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { openAuthority } from '@genai/local-cloud/wire/authority'
import { answerStream } from '../../proof/bench/stand-in-stream.ts'
import { HOSTS, ITEMS, signIn } from '../../proof/bench/tenant.ts'

export interface Signed {
  readonly service: string
  /** Access key id of the signature. */
  readonly accessKeyId: string | undefined
}

/** @param directory for the authority's certificate */
export async function startStandIn(directory: string) {
  const authority = await openAuthority(directory)
  const { keySet, token } = await signIn()
  const calls: Signed[] = []
  const server = createSecureServer({ ...authority.issue(HOSTS), allowHTTP1: true }, async (request, response) => {
    const service = (request.authority ?? request.headers.host ?? '').split('.')[0] ?? ''
    const accessKeyId = /Credential=(\w+)\//.exec(`${request.headers.authorization}`)?.[1]
    calls.push({ service, accessKeyId })
    if (request.url.endsWith('/converse-stream')) return void (await answerStream(request, response))
    request.resume()
    if (service === 'sts') return void response.end(session())
    response.setHeader('content-type', 'application/json')
    response.end(service === 'dynamodb' ? JSON.stringify(ITEMS) : service === 'cognito-idp' ? keySet : ANSWER)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { port, caFile: authority.caFile, token, calls, close: () => server.close() }
}

const ANSWER = JSON.stringify({
  output: { message: { role: 'assistant', content: [{ text: 'Hello' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 3, outputTokens: 5, totalTokens: 8 },
})

const session = () =>
  `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIASESSION</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`
