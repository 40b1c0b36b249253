/** The stand-in for AWS in a process of its own, for as long as something is measured against it. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openAuthority } from '@genai/local-cloud/wire/authority'
import type { StandInOptions } from './stand-in-server.ts'
import { HOSTS, signIn } from './tenant.ts'

export interface StandIn {
  readonly child: ChildProcess
  readonly port: string
  /** File of the certificate authority whose certificate the stand-in has. */
  readonly caFile: string
  /** Of the tenant's user, signed with the key that the stand-in serves. */
  readonly token: string
}

export async function withStandIn<T>(work: (standIn: StandIn) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), 'genai-bench-'))
  const child = fork(path.join(import.meta.dirname, 'stand-in.ts'))
  try {
    const authority = await openAuthority(directory)
    const { keySet, token } = await signIn()
    child.send({ ...authority.issue(HOSTS), keySet } satisfies StandInOptions)
    const [port] = await once(child, 'message')
    return await work({ child, port: `${port}`, caFile: authority.caFile, token })
  } finally {
    child.disconnect()
    await rm(directory, { recursive: true, force: true })
  }
}
