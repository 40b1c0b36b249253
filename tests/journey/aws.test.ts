/**
 * README's "Deploying to AWS", its commands taken out of it and run in a shell as it is with AWS: `--aws`, credentials in AWS's own
 * variables, a backend of the user's, providers that the CLI starts. Only where AWS's names lead to is the local cloud.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { cli } from '../engine/cli.ts'
import { openShells, type Shells } from './shells.ts'

const README = readFileSync(join(PROJECT_DIRECTORY, 'README.md'), 'utf8')
const PASSWORD = 'correct horse battery staple A1!\n'

/** The command of one of README's numbered steps, for a script: nobody is there to be asked. */
function documented(step: string): string {
  const [, section = ''] = /## Deploying to AWS\n([\s\S]*?)\n## /.exec(README) ?? []
  const command = new RegExp(`^\\d\\. \\*\\*${step}\\.\\*\\* \`([^\`]+)\``, 'm').exec(section)?.[1]
  if (command === undefined) throw new Error(`README has no step "${step}"`)
  return command
    .replaceAll(/\bpulumi up\b/g, 'pulumi up --yes')
    .replaceAll(/npm run tenant -- /g, 'node cli/main.ts tenant ')
    .replaceAll(/npm run -s login -- /g, 'node cli/main.ts login ')
    .replaceAll(/npm run genai -- /g, 'node cli/main.ts ')
}

describe.skipIf(!cli)('deploying to AWS as README says', () => {
  let shells: Shells
  let gatewayPort = ''
  beforeAll(async () => {
    if (!cli) return
    shells = openShells(cli)
    await shells.serve()
  })
  afterAll(async () => {
    await shells?.close()
  })

  it('hub, first spoke, user, validation', async () => {
    const { aws } = shells
    for (const step of ['Hub', 'First spoke']) await aws.succeed(documented(step))
    // The name is the hub's own zone's to resolve; this machine has the load balancer on a port of its own.
    gatewayPort = new URL(JSON.parse(await shells.succeed('cat .local/running.json')).hub.gatewayUrl).port
    const made = await aws.succeed(documented('User'), PASSWORD)
    expect(made).toContain('Made alice@example.com a user of tenant1 on AWS.')
    const login = documented('Validation').replaceAll(
      /--(gateway-url|client-id|region) …/g,
      (_flag, name: string) =>
        `--${name} "$(pulumi stack output -s hub ${{ 'gateway-url': 'gatewayUrl', 'client-id': 'userPoolClientId' }[name] ?? name})"`,
    )
    expect(login).not.toContain('…')
    // The line that `user add` ends with is the same.
    const [, printed = ''] = /To sign in: (eval .*)/.exec(made) ?? []
    const invoke = `curl -sS --connect-to "genai.example.com:443:localhost:${gatewayPort}" "$GATEWAY_URL/$TENANT_ID/invoke" -H "Authorization: Bearer $ID_TOKEN" -d '{"prompt":"Hello"}'`
    for (const line of [login, printed.replace('npm run -s login -- ', 'node cli/main.ts login ')])
      expect(await aws.succeed(`${line}\n${invoke}`, PASSWORD)).toContain('served in account 222222222222')
  })

  it('a second spoke, which is suspended, listed and taken away', async () => {
    const { aws } = shells
    const hub = () =>
      shells
        .deployed()
        .filter((urn) => urn.startsWith('urn:pulumi:hub::'))
        .toSorted()
    const before = hub()
    await aws.succeed(
      `${documented('Second spoke')}\npulumi stack init spoke-tenant3 && pulumi up --yes -s spoke-tenant3`,
    )
    expect(hub()).toEqual(before)
    await aws.succeed('node cli/main.ts tenant suspend tenant3 --aws')
    const rows: Record<string, unknown>[] = JSON.parse(await aws.succeed('node cli/main.ts tenant list --aws --json'))
    expect(rows.map(({ tenant, status }) => `${tenant} ${status}`)).toEqual([
      ...['tenant1 active', 'tenant2 not deployed', 'tenant3 suspended'],
    ])
    expect(await aws.succeed('node cli/main.ts audit tenant1 --aws --json')).toContain('"allowed"')
    expect(await aws.succeed('node cli/main.ts tenant remove tenant3 --aws', 'tenant3\n')).toContain(
      '2. spoke-tenant3 destroyed',
    )
    expect(shells.deployed().filter((urn) => /:spoke-tenant3::/.test(urn) && !urn.includes('flow-logs'))).toEqual([])
  })

  it('clean-up: the tenants, and with one flag the hub and its data', async () => {
    const { aws } = shells
    const command = documented('Clean-up')
    expect(command).toBe('node cli/main.ts destroy --aws')
    expect((await shells.run(command)).stderr).toContain('This shell works with a local cloud.')
    expect(await aws.succeed(command, 'destroy\n')).toMatch(
      /Destroyed: spoke-tenant1\.\nWhat remains: the hub, \d+ resources/,
    )
    const gone = await aws.succeed(`${command} --delete-data`, 'destroy\n')
    expect(gone).toContain('Destroyed: hub.\n')
    // What the tenant's stack kept when it went, in the run before this one.
    expect(gone).toMatch(
      /Log groups that remain in account 222222222222[\s\S]*log-group-name \/genai\/tenant1\/flow-logs-/,
    )
    expect(gone).not.toContain('Nothing of these stacks remains')
    expect(shells.deployed().filter((urn) => urn.startsWith('urn:pulumi:hub::'))).toEqual([])
  })
})
