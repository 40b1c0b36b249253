/** What docs/private-door.md tells clients of idle connections fits with what AWS closes, and with what the gateway does. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { KEEP_ALIVE_MILLISECONDS, STREAM_LIMITS } from '../../functions/gateway/constants.ts'

const page = readFileSync(join(PROJECT_DIRECTORY, 'docs', 'private-door.md'), 'utf8')
const [, clients = ''] = /\n## Clients\n([\s\S]*?)\n## /.exec(page) ?? []

/** Of an interface endpoint and of a network load balancer's TCP flows: AWS's own figure, fixed for the first. */
const IDLE_SECONDS = 350

describe('what clients of the private door are told', () => {
  it('is when idle connections end, and how to keep them or give them up in time', () => {
    expect(clients).toMatch(new RegExp(`Idle connections end after ${IDLE_SECONDS} seconds`))
    for (const [, seconds] of [
      /keepAliveMsecs: ([\d_]+)_000/.exec(clients),
      /tcp_keepalive_time` (\d+)/.exec(clients),
      /close idle connections after (\d+) seconds/.exec(clients),
    ].map((found) => [...(found ?? [])]))
      expect(Number(seconds)).toBeLessThan(IDLE_SECONDS)
  })

  it('is true of streams: the gateway ends a silent one, or gives a sign of life, sooner', () => {
    expect(clients).toMatch(/the gateway itself ends a silent stream sooner/)
    expect(STREAM_LIMITS.idleMilliseconds).toBeLessThan(IDLE_SECONDS * 1000)
    expect(STREAM_LIMITS.firstEventMilliseconds).toBeLessThan(IDLE_SECONDS * 1000)
    expect(KEEP_ALIVE_MILLISECONDS).toBeLessThan(IDLE_SECONDS * 1000)
  })
})
