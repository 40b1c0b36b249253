import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { requireFree } from './gateway-ports.ts'
import { keepPorts, keptPorts } from './kept-ports.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ports-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

/** Runs `work` while a port is taken, then gives it back. */
async function taking<T>(work: (port: number) => Promise<T>): Promise<T> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  try {
    return await work(typeof address === 'object' && address ? address.port : 0)
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}
const formerly = () => taking(async (port) => port)

describe('the ports that a shell knows', () => {
  it('are those of the last run', async () => {
    expect(await keptPorts(directory)).toEqual({})
    const ports = { aws: await formerly(), awsx: await formerly(), wire: await formerly() }
    keepPorts(directory, ports)
    expect(await keptPorts(directory)).toEqual(ports)
  })

  it('are new ones where one is taken, or the note is damaged', async () => {
    const ports = { aws: await formerly(), awsx: await formerly(), wire: await formerly() }
    for (const name of ['aws', 'awsx', 'wire'])
      await taking(async (taken) => {
        keepPorts(directory, { ...ports, [name]: taken })
        expect(await keptPorts(directory)).toEqual({})
      })
    for (const text of [
      '',
      '[]',
      'null',
      '{"aws":1233,"awsx":1234}',
      '{"aws":-1,"awsx":5,"wire":6}',
      '{"aws":70000,"awsx":"8","wire":6}',
      '{"aws":1234,"awsx":1234,"wire":1235}',
    ]) {
      writeFileSync(join(directory, 'ports.json'), text)
      expect(await keptPorts(directory)).toEqual({})
    }
  })
})

describe('the gateway’s ports', () => {
  it('are asked for before anything is started', async () => {
    await taking(async (port) => {
      await expect(requireFree({ https: port, http: 0 })).rejects.toThrow(`Port ${port} of this machine is in use.`)
      await expect(requireFree({ https: 0, http: port })).rejects.toMatchObject({
        remedy: expect.stringContaining('--http-port'),
      })
    })
    await expect(requireFree({ https: 9443, http: 9443 })).rejects.toThrow('--port and --http-port are both 9443.')
    await requireFree({ https: 0, http: 0 })
  })
})
