/** The project as its users use it: `npm run local`, the Pulumi CLI, the commands of the documents, all of them processes. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { cli } from '../engine/cli.ts'
import { openShells, type Shells } from './shells.ts'

const ONBOARDING = readFileSync(join(PROJECT_DIRECTORY, 'docs', 'onboarding.md'), 'utf8')
const PASSWORD = 'correct horse battery staple A1!\n'

/** The commands under a heading of docs/onboarding.md. */
function commandsUnder(heading: string): readonly string[] {
  const [, block = ''] = new RegExp(`## ${heading}\\n[^\`]*\`\`\`\\n([^\`]*)\`\`\``).exec(ONBOARDING) ?? []
  return block.trim().split('\n')
}

/** A documented command for a script: nobody is there to be asked, npm's short names are the CLI's verbs, the hub is local. */
const scripted = (line: string) =>
  line
    .replace(/^pulumi up\b/, 'pulumi up --yes')
    .replace(/^npm run tenant -- /, 'node cli/main.ts tenant ')
    .replace(/ --aws$/, '')

const INVOKE = `curl -sS -o answer.json -w '%{http_code}' "$GATEWAY_URL/$TENANT_ID/invoke" -H "Authorization: Bearer $ID_TOKEN" -d '{"prompt":"Hello"}'`

describe.skipIf(!cli)('a user’s journey', () => {
  let shells: Shells
  const login = (tenant: string, user: string) =>
    shells.succeed(`node cli/main.ts login ${tenant} --username ${user}`, PASSWORD)
  /** Status of a prompt with the variables that `login` printed. */
  const ask = (variables: string) => shells.succeed(`${variables}\n${INVOKE}`)
  let ann = ''
  let bob = ''

  beforeAll(() => {
    if (cli) shells = openShells(cli)
  })
  afterAll(async () => {
    await shells?.close()
  })

  it('npm run local prints the lines that a shell needs, and pulumi deploys with them', async () => {
    const printed = await shells.serve()
    for (const name of [
      ...['PULUMI_DEBUG_PROVIDERS', 'PULUMI_BACKEND_URL', 'PULUMI_CONFIG_PASSPHRASE'],
      ...['CURL_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS', 'LOCAL_CLOUD_PORT'],
    ])
      expect(printed).toMatch(new RegExp(`^export ${name}='.+'$`, 'm'))
    // The machine's own may be too old for the programs.
    expect(printed).toMatch(/^export PATH='.+':"\$PATH"$/m)
    const kept = readFileSync(join(shells.project, '.local', 'pulumi.env'), 'utf8')
    for (const line of kept.trim().split('\n')) expect(printed).toContain(line)
    // Whatever Node is on PATH otherwise, and however the program reaches the pool's key set.
    expect(await shells.succeed('node --version')).toBe(`${process.version}\n`)
    await shells.succeed('pulumi stack init hub\npulumi config set keySetVia inline -s hub\npulumi up --yes -s hub')
    await shells.succeed('pulumi stack init spoke-tenant1\npulumi up --yes -s spoke-tenant1')
    await shells.succeed('node cli/main.ts tenant user add tenant1 bob@example.com', PASSWORD)
    bob = await login('tenant1', 'bob@example.com')
    expect(await ask(bob)).toBe('200')
  })

  it('a tenant is added by hand as docs/onboarding.md says, and its user is answered', async () => {
    const commands = commandsUnder('By hand')
    expect(commands).toContain('pulumi stack init spoke-tenant3')
    expect(commands.at(-1)).toBe('pulumi up')
    await shells.succeed(commands.map(scripted).join('\n'))
    const [userAdd = 'none'] = commandsUnder('By verb').filter((line) => line.includes('user add'))
    await shells.succeed(scripted(userAdd), PASSWORD)
    ann = await login('tenant3', 'ann@example.com')
    expect(await ask(ann)).toBe('200')
    expect(readFileSync(join(shells.project, 'answer.json'), 'utf8')).toContain('account 444444444444')
    await shells.succeed('node cli/main.ts tenant check')
  })

  it('a killed local cloud is there again, for the shell that was set up before, and nothing differs', async () => {
    const before = readFileSync(join(shells.project, '.local', 'pulumi.env'), 'utf8')
    expect(await shells.end('SIGKILL')).toBeNull()
    expect((await shells.run('node cli/main.ts login tenant3')).stderr).toContain('has ended without saying so')
    await shells.serve()
    expect(readFileSync(join(shells.project, '.local', 'pulumi.env'), 'utf8').split('\n')[0]).toBe(
      before.split('\n')[0],
    )
    for (const stack of ['hub', 'spoke-tenant3'])
      await shells.succeed(`pulumi up --yes --expect-no-changes -s ${stack}`)
    bob = await login('tenant1', 'bob@example.com')
    ann = await login('tenant3', 'ann@example.com')
    expect([await ask(bob), await ask(ann)]).toEqual(['200', '200'])
  })

  it('the hub is not destroyed under living tenants, with and without a preview', async () => {
    const before = shells.deployed().length
    for (const flags of ['--yes', '--yes --skip-preview'])
      expect((await shells.run(`pulumi destroy -s hub ${flags}`)).code).not.toBe(0)
    expect(shells.deployed()).toHaveLength(before)
    expect(await ask(bob)).toBe('200')
  })

  it('tenant remove leaves nothing of it, lets its users in no more, and interrupts nobody', async () => {
    const refused = await shells.run('node cli/main.ts tenant remove tenant3', 'no\n')
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing was changed') })
    const all = shells.deployed()
    const elsewhere = 'mkdir .local/elsewhere\nexport PULUMI_BACKEND_URL="file://$PWD/.local/elsewhere"'
    expect(await shells.run(`${elsewhere}\nnode cli/main.ts tenant remove tenant3 --yes`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('it was deployed from elsewhere'),
    })
    expect(shells.deployed()).toEqual(all)
    const removal = 'node cli/main.ts tenant remove tenant3'
    const cut = await shells.interrupt(removal, 'tenant3\n', /Destroying \(spoke-tenant3\)[\s\S]* deleted /)
    expect(cut).toMatchObject({ code: 1, stderr: expect.stringContaining('was interrupted') })
    expect(cut.stdout).not.toMatch(/^2\. /m)
    let removing = true
    const statuses: string[] = []
    const traffic = (async () => {
      while (removing) statuses.push(await ask(bob))
    })()
    const told = await shells.succeed(removal, 'tenant3\n').finally(() => {
      removing = false
    })
    await traffic
    expect(new Set(statuses)).toEqual(new Set(['200']))
    expect(told.match(/^[123]\. .*/gm)).toEqual([
      // Its group may be gone already; they were disabled at the first attempt.
      expect.stringMatching(/^1\. [01] users disabled/),
      '2. spoke-tenant3 destroyed',
      '3. Pulumi.spoke-tenant3.yaml removed',
    ])
    // What the program itself keeps: the record of the network, where the hub protects data.
    const left = shells.deployed().filter((urn) => urn.startsWith('urn:pulumi:spoke-tenant3::'))
    expect(left).toEqual([expect.stringMatching(/aws:cloudwatch\/logGroup:LogGroup::account-flow-logs$/)])
    expect(existsSync(join(shells.project, 'Pulumi.spoke-tenant3.yaml'))).toBe(false)
    expect(await shells.succeed('node cli/main.ts tenant list --json')).not.toContain('tenant3')
    // The token of before still names the tenant; there is no way left for it to lead to.
    expect(await ask(ann)).not.toBe('200')
    const again = await shells.run('node cli/main.ts login tenant3 --username ann@example.com', PASSWORD)
    expect(again).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('disabled') })
  })

  it('destroy asks, and “no” leaves everything; protected data keeps the hub whole, one flag lifts that', async () => {
    const files = () => readFileSync(join(shells.project, 'Pulumi.hub.yaml'), 'utf8')
    const [before, text] = [shells.deployed(), files()]
    const no = await shells.run('node cli/main.ts destroy --delete-data', 'no\n')
    expect(no).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing was changed') })
    expect(no.stdout).toMatch(/Living tenants: tenant1\n/)
    expect(shells.deployed()).toEqual(before)
    const kept = await shells.succeed('node cli/main.ts destroy', 'destroy\n')
    expect(kept).toMatch(/Destroyed: spoke-tenant1\.\nWhat remains: the hub, \d+ resources, as it holds protected data/)
    const whole = (urns: readonly string[]) => urns.filter((urn) => urn.startsWith('urn:pulumi:hub::'))
    expect(whole(shells.deployed()).toSorted()).toEqual(whole(before).toSorted())
    const everything = 'node cli/main.ts destroy --delete-data'
    const lifting = await shells.interrupt(everything, 'destroy\n', /Updating \(hub\)[\s\S]* updating /)
    expect(lifting).toMatchObject({ code: 1, stderr: expect.stringContaining('The up of hub was interrupted') })
    expect(files()).toBe(text)
    const half = await shells.interrupt(everything, 'destroy\n', /Destroying \(hub\)[\s\S]* deleted /)
    expect(half).toMatchObject({ code: 1, stderr: expect.stringContaining('The destroy of hub was interrupted') })
    expect(whole(shells.deployed()).length).toBeLessThan(whole(before).length)
    expect(await shells.succeed(everything, 'destroy\n')).toMatch(/Destroyed: hub\./)
    expect(whole(shells.deployed())).toEqual([])
    expect(files()).toBe(text)
    expect(await shells.succeed('node cli/main.ts destroy')).toContain('There is nothing to destroy')
    expect(await shells.end('SIGINT')).toBe(0)
  })
})
