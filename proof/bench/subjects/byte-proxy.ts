/** The smallest program that can be between a client and a model: it passes on bytes over kept connections. */
import { createServer } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream'
import { ENDPOINT } from '../tenant.ts'

const agent = new Agent({ keepAlive: true })
const server = createServer((incoming, outgoing) => {
  const headers = { ...incoming.headers, host: ENDPOINT }
  const upstream = httpsRequest({ agent, host: ENDPOINT, method: 'POST', path: incoming.url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    pipeline(answer, outgoing, () => {})
  })
  upstream.on('error', () => outgoing.destroy())
  outgoing.on('close', () => upstream.destroy())
  incoming.pipe(upstream)
})
server.listen(0, () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`${JSON.stringify({ listening: { port } })}\n`)
})
