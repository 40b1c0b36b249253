// An application server in the tenant's own AWS account: its role is its identity, and there is no secret to keep (docs/machines.md).
// POST /ask with a question as the body; the answer comes as the model makes it.
import { createServer } from 'node:http'
import { GetWebIdentityTokenCommand, STSClient } from '@aws-sdk/client-sts'
import OpenAI from 'openai'

/** Where its machine calls: GATEWAY_URL/TENANT.NAME, as the tenant's setting `machineIssuers` names it; and the audience there. */
const { MACHINE_URL, AUDIENCE, MODEL, AWS_REGION = 'us-east-1', PORT = '3000' } = process.env

const sts = new STSClient({ region: AWS_REGION })
let held = { token: '', until: 0 }
/** STS says who this role is, for the gateway only. Asked for again a minute before it ends. */
async function token() {
  if (Date.now() < held.until) return held.token
  const asked = new GetWebIdentityTokenCommand({
    Audience: [AUDIENCE],
    SigningAlgorithm: 'RS256',
    DurationSeconds: 3600,
  })
  const { WebIdentityToken, Expiration } = await sts.send(asked)
  held = { token: WebIdentityToken, until: Expiration.getTime() - 60_000 }
  return held.token
}

const client = new OpenAI({ baseURL: `${MACHINE_URL}/v1`, apiKey: token })

const server = createServer(async (request, response) => {
  if (request.method !== 'POST' || request.url !== '/ask') return void response.writeHead(404).end()
  try {
    const question = Buffer.concat(await request.toArray()).toString()
    const messages = [{ role: 'user', content: question }]
    const stream = await client.chat.completions.create({ model: MODEL, messages, stream: true })
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
    for await (const chunk of stream) response.write(chunk.choices[0]?.delta?.content ?? '')
    response.end()
  } catch (error) {
    // The gateway's errors are written for callers: which input is wrong, what is allowed, what to do.
    console.error(error)
    if (!response.headersSent) response.writeHead(502, { 'content-type': 'text/plain' }).end('No answer.')
    else response.destroy()
  }
})
server.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/ask`))
