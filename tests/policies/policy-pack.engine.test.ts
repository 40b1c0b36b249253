/** The policy pack as the CLI runs it: over this project's own stacks, and over one that was changed to break a rule. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Engine, startEngine } from '../../cli/engine.ts'
import { PROJECT_DIRECTORY } from '../../cli/stacks.ts'
import { cli } from '../engine/cli.ts'

const LONG = 180_000
const options = { color: 'never' as const, policyPacks: [join(PROJECT_DIRECTORY, 'policies', 'pack')] }

describe.skipIf(!cli)('the policy pack on the real engine', { timeout: LONG }, () => {
  let engine: Engine
  beforeAll(async () => {
    if (cli) engine = await startEngine(cli, { delayMilliseconds: 0 })
  }, LONG)
  afterAll(async () => {
    await engine?.close()
  }, LONG)

  it('passes a demo, whose flag is set, while most values are unknown', async () => {
    const stack = await engine.stack('hub', { allowInsecureHttp: 'true' })
    await stack.removeConfig('genai-hub-spoke:domainName')
    await stack.removeConfig('genai-hub-spoke:hostedZoneId')
    expect((await stack.preview(options)).stdout).toContain('genai-hub-spoke@v0.1.0')
  })

  it('fails a listener without TLS and without the flag, by rule, resource and remedy', async () => {
    const stack = await engine.stack('hub')
    const file = join(stack.workspace.workDir, 'hub', 'listeners.ts')
    const source = readFileSync(file, 'utf8')
    const changed = source.replace(', ...DEMO_TAG', '')
    expect(changed).not.toBe(source)
    writeFileSync(file, changed)
    const told: string[] = []
    await expect(stack.preview({ ...options, onOutput: (text) => told.push(text) })).rejects.toThrow()
    const text = told.join('')
    expect(text).toMatch(/listeners-have-tls.*load-balancer-http/)
    expect(text).toContain('It speaks "HTTP" and is no demo\'s. Give it a certificate')
    expect(text.match(/\[mandatory\]/g)).toHaveLength(1)
  })
})
