import { createServer, type Server } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { sendHttp2 } from './http2.ts'

let server: Server | undefined
afterEach(() => new Promise<void>((done) => (server ? server.close(() => done()) : done())))

it('gives up on a host that takes the connection and says nothing', async () => {
  const silent = createServer((socket) => socket.on('error', () => undefined).resume())
  server = silent
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening))
  const address = silent.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const connection = { host: '127.0.0.1', port: address.port, servername: 'gateway.example' }
  await expect(sendHttp2(connection, { headers: [] }, 50)).rejects.toThrow('no answer over HTTP/2 within 0.05 s')
})
