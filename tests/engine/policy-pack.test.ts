/** The policy pack as the CLI runs it: over this project's own stacks, and over one that was changed to break a rule. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { type Engine, startEngine } from '../../proof/harness/cli-provider.ts'
import { cli } from './cli.ts'

const options = { color: 'never' as const, policyPacks: [join(PROJECT_DIRECTORY, 'policy-pack', 'pack')] }

const PRIVATE_DOOR = [
  ['hub', { endpointService: 'true' }],
  ['spoke-tenant1', { gatewayEndpoint: 'true' }],
] as const

describe.skipIf(!cli)('the policy pack on the real engine', () => {
  let engine: Engine
  beforeAll(async () => {
    if (cli) engine = await startEngine(cli, { delayMilliseconds: 0 })
  })
  afterAll(async () => {
    await engine?.close()
  })

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

describe.skipIf(!cli)('the policy pack over a hub and a tenant that are made', () => {
  let engine: Engine
  beforeAll(async () => {
    if (cli) engine = await startEngine(cli, { delayMilliseconds: 0 })
  })
  afterAll(async () => {
    await engine?.close()
  })

  it('judges a value that is secret', async () => {
    const stack = await engine.stack('hub')
    const file = join(stack.workspace.workDir, 'hub', 'listeners.ts')
    const source = readFileSync(file, 'utf8')
    const changed = source
      .replace('import type * as pulumi', 'import * as pulumi')
      .replace('sslPolicy: TLS_POLICY', "sslPolicy: pulumi.secret('ELBSecurityPolicy-2016-08')")
    expect(changed).toContain('pulumi.secret(')
    writeFileSync(file, changed)
    const told: string[] = []
    await expect(stack.preview({ ...options, onOutput: (text) => told.push(text) })).rejects.toThrow()
    expect(told.join('')).toMatch(/listeners-have-tls.*load-balancer/)
    writeFileSync(file, source)
  })

  it('stops an up before the resource is made, and leaves the one that keeps to the rules alone', async () => {
    for (const [name, settings] of PRIVATE_DOOR) {
      const { summary, stdout } = await (await engine.stack(name, settings)).up(options)
      expect(summary.result).toBe('succeeded')
      expect(stdout).toContain('genai-hub-spoke@v0.1.0')
    }
    const stack = await engine.stack('spoke-tenant1')
    const file = join(stack.workspace.workDir, 'spoke', 'program.ts')
    const source = readFileSync(file, 'utf8')
    const place = 'const tags = tenantTags('
    const added = "new aws.cloudwatch.LogGroup('kept', { name: 'kept' }, { provider: providers.tenant })"
    expect(source).toContain(place)
    writeFileSync(file, `import * as aws from '@pulumi/aws'\n${source.replace(place, `${added}\n  ${place}`)}`)
    const told: string[] = []
    await expect(stack.up({ ...options, onOutput: (text) => told.push(text) })).rejects.toThrow()
    expect(told.join('')).toMatch(/logs-have-a-retention.*kept/)
    expect(engine.cloud.ledger.all().filter(({ urn }) => urn.endsWith('::kept'))).toEqual([])
    writeFileSync(file, source)
  })

  it('lets a tenant’s endpoint lead to the hub’s service, and to no other', async () => {
    const stack = await engine.stack('spoke-tenant1')
    // Made under the rules above; nothing is left to do.
    await stack.preview({ ...options, expectNoChanges: true })
    const file = join(stack.workspace.workDir, 'spoke', 'account', 'gateway-endpoint.ts')
    const source = readFileSync(file, 'utf8')
    const changed = source.replace(
      'serviceName: service.serviceName',
      "serviceName: 'com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0'",
    )
    expect(changed).not.toBe(source)
    writeFileSync(file, changed)
    const told: string[] = []
    await expect(stack.preview({ ...options, onOutput: (text) => told.push(text) })).rejects.toThrow()
    writeFileSync(file, source)
    expect(told.join('')).toMatch(/private-link-leads-to-the-hub.*gateway-endpoint/)
    expect(told.join('')).toMatch(/spoke-without-internet.*gateway-endpoint/)
  })
})
