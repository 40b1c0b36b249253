/** `npm start` and `npm run login` as a newcomer uses them: processes of their own, in a copy of the project. */

import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { until } from '@genai/local-cloud/testing/until'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ANY_PORT, copyProject, runIn, STACK_TRACE } from './project-copy.ts'

let project: string
beforeAll(() => {
  project = copyProject()
})
afterAll(() => rmSync(project, { recursive: true, force: true }))

const run = (...args: readonly string[]) => runIn(project, args)

describe('npm start -- --exit', () => {
  it('answers every tenant from its own account, and says how as JSON', async () => {
    const { code, stdout, stderr } = await run('start', '--exit', '--json', ...ANY_PORT)
    expect({ code, stderr: stderr.match(STACK_TRACE) }).toEqual({ code: 0, stderr: null })
    const { tenants } = JSON.parse(stdout)
    expect(tenants.map(({ tenant, account, ok }: Record<string, unknown>) => ({ tenant, account, ok }))).toEqual([
      { tenant: 'tenant1', account: '222222222222', ok: true },
      { tenant: 'tenant2', account: '333333333333', ok: true },
    ])
    for (const { tenant, path, account, answer, machine } of tenants) {
      expect(answer).toContain(account)
      expect(machine).toMatchObject({ path: `/${tenant}.app`, roleArn: `arn:aws:iam::${account}:role/application` })
      const gateway = tenant === 'tenant2' ? 'task' : 'function'
      const kinds = path.flatMap((leg: { hops: { kind: string }[] }) => leg.hops.map(({ kind }) => kind))
      expect(kinds).toEqual(
        expect.arrayContaining(['instance', 'loadBalancer', gateway, 'routeTable', 'transitGateway', 'endpoint']),
      )
    }
    // Nothing but the result is on standard output, and no colour without a terminal.
    expect(stderr).toContain('deploy spoke-tenant2')
    expect(stderr).not.toContain('\u001b[')
    // What ends with the cloud has not died.
    expect(stderr).not.toMatch(/died/)
  })

  it('a port in use: which, and what to do', async () => {
    const server = createServer()
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        resolve(typeof address === 'object' && address ? address.port : 0)
      })
    })
    const { code, stderr } = await run('start', '--exit', '--port', String(port), '--http-port', '0')
    server.close()
    expect(code).toBe(1)
    expect(stderr).toContain(String(port))
    expect(stderr).toContain('--port')
    expect(stderr).not.toMatch(STACK_TRACE)
  })

  it('a mistake in a stack file: which setting, what it takes', async () => {
    const file = join(project, 'Pulumi.spoke-tenant2.yaml')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace(/tenantId: .*/, 'tenantId: Tenant_2'))
    const { code, stderr } = await run('start', '--exit', ...ANY_PORT)
    writeFileSync(file, text)
    expect(code).toBe(1)
    expect(stderr).toContain('spoke-tenant2')
    expect(stderr).toContain('tenantId')
    expect(stderr).not.toMatch(STACK_TRACE)
  })

  it('a stack file that is not YAML', async () => {
    const file = join(project, 'Pulumi.spoke-tenant2.yaml')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, `${text}\n  - [unclosed`)
    const { code, stderr } = await run('start', '--exit', ...ANY_PORT)
    writeFileSync(file, text)
    expect(code).toBe(1)
    expect(stderr).toContain('Pulumi.spoke-tenant2.yaml')
    expect(stderr).not.toMatch(STACK_TRACE)
  })
})

describe('npm start, until Ctrl-C', () => {
  let child: ChildProcess
  let output = ''
  let children: number[] = []

  beforeAll(async () => {
    child = spawn(process.execPath, ['cli/main.ts', 'start', ...ANY_PORT], { cwd: project })
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    await until('the gateway', () => output.includes('until Ctrl-C'))
    children = childrenOf(child.pid ?? 0)
  })
  afterAll(() => child?.kill('SIGKILL'))

  it('signs a user in for a shell, and the printed variables reach the gateway', async () => {
    const { code, stdout } = await run('login', 'tenant1')
    expect(code).toBe(0)
    expect(await curlInvoke(stdout)).toMatchObject({ tenant: 'tenant1', stopReason: 'end_turn' })
    // An AWS SDK that is told nothing else.
    const program = new URL('../platform/sdk-client.ts', import.meta.url).pathname
    const answered = JSON.parse(await shell(stdout, `"${process.execPath}" "${program}" converse nova-2-lite`))
    expect(answered).toMatchObject({ status: 200, text: expect.stringContaining('222222222222') })
  })

  it("prints what the README shows, but for times and ports, and the README's own lines get their answers", async () => {
    const readme = readFileSync(join(project, 'README.md'), 'utf8')
    const [, shown = ''] = /\$ npm start\n([\s\S]*?)\n```/.exec(readme) ?? []
    // A line with "…" alone stands for lines that README leaves out.
    const parts = withoutFigures(shown).split(/^…$/m)
    expect(parts.length).toBeGreaterThan(1)
    let printed = withoutFigures(output)
    for (const part of parts.map((text) => text.trim())) {
      expect(printed).toContain(part)
      printed = printed.slice(printed.indexOf(part) + part.length)
    }
    const { stdout } = await run('login', 'tenant1')
    const [, curl = ''] = /^\$ (curl .*)$/m.exec(readme) ?? []
    expect(JSON.parse(await shell(stdout, curl))).toMatchObject({ object: 'chat.completion' })
    writeFileSync(join(project, 'client.mjs'), OPENAI_CLIENT)
    expect(await shell(stdout, `"${process.execPath}" client.mjs`), 'a client that is told nothing else').toContain(
      '222222222222',
    )
    const [, program = ''] = /```js\n([\s\S]*?)```/.exec(readme) ?? []
    writeFileSync(join(project, 'readme.mjs'), program)
    expect(await shell(stdout, `"${process.execPath}" readme.mjs`)).toContain('222222222222')
  })

  it('prints certificates to trust beside those of this machine, and the names that boto3 and the AWS CLI read', async () => {
    const printed = JSON.parse((await run('login', 'tenant1', '--json')).stdout)
    expect(printed).toMatchObject({ AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-1' })
    const own = readFileSync(printed.NODE_EXTRA_CA_CERTS, 'utf8').trim()
    for (const name of ['CURL_CA_BUNDLE', 'AWS_CA_BUNDLE', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE']) {
      const bundle = readFileSync(printed[name], 'utf8')
      expect(bundle).toContain(own)
      expect(bundle.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(20)
    }
  })

  it('writes the same bundle again in a shell that it was exported to', async () => {
    const printed = JSON.parse((await run('login', 'tenant1', '--json')).stdout)
    const bundle = readFileSync(printed.SSL_CERT_FILE, 'utf8')
    const { stdout } = await run('login', 'tenant1')
    await shell(stdout, `"${process.execPath}" cli/main.ts login tenant1`)
    expect(readFileSync(printed.SSL_CERT_FILE, 'utf8')).toBe(bundle)
  })

  it('takes everything out of a shell again', async () => {
    const { stdout: exported } = await run('login', 'tenant1')
    const { stdout: unset } = await run('logout')
    const names = [...exported.matchAll(/^export ([A-Z_]+)=/gm)].map(([, name = '']) => name)
    expect(names.length).toBeGreaterThan(10)
    const left = await shell(`${exported}\n${unset}`, 'env')
    expect(left.split('\n').filter((line) => names.some((name) => line.startsWith(`${name}=`)))).toEqual([])
  })

  it('shows who was let in, and who was refused at the load balancer', async () => {
    const { stdout } = await run('login', 'tenant1')
    await curlInvoke(stdout)
    await shell(`${stdout}\nTENANT_ID=tenant2`, `${CURL} -o answer.html`)
    const records = async () =>
      (await run('audit', '--door', '--json')).stdout
        .trim()
        .split('\n')
        .map((line): Record<string, unknown> => JSON.parse(line))
    // A line of a function is in the trail some moments after its answer.
    let found = await records()
    for (let tries = 0; tries < 10 && !found.some(({ operation }) => operation === 'invoke'); tries += 1)
      found = await records()
    expect(found).toContainEqual(expect.objectContaining({ tenant: 'tenant1', decision: 'allowed', check: 'all' }))
    expect(found).toContainEqual(
      expect.objectContaining({ tenant: 'tenant2', decision: 'refused', check: 'door', path: '/tenant2/invoke' }),
    )
    expect((await run('audit', 'tenant2', '--door')).stdout).toMatch(/tenant2 +refused +door +jwt-validation/)
  })

  it('keeps its secrets: not printed, in no argument, and in files of its user alone', async () => {
    const { stdout } = await run('login', 'tenant1')
    const [, token = ''] = /ID_TOKEN='([^']+)'/.exec(stdout) ?? []
    await curlInvoke(stdout)
    const folder = join(project, '.local')
    const { operator, users, control } = JSON.parse(readFileSync(join(folder, 'running.json'), 'utf8'))
    const secrets: string[] = [
      ...[token, token.split('.')[2], operator.secretAccessKey, operator.sessionToken, control.secret],
      ...users.map(({ password }: { password: string }) => password),
      'PRIVATE KEY',
    ]
    for (const secret of secrets) expect(secret?.length).toBeGreaterThan(7)
    const shown = [output, ...[child.pid ?? 0, ...children].filter(isAlive).map(commandOf)]
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const texts = files.map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), 'utf8')] as const)
    for (const secret of secrets) {
      expect(shown.filter((text) => text.includes(secret))).toEqual([])
      const holders = texts.filter(([, text]) => text.includes(secret)).map(([name]) => name)
      expect(holders.filter((name) => name !== 'running.json' && name !== 'ca-key.pem')).toEqual([])
    }
    // Whatever is below, nobody else can come to it.
    for (const path of [folder, join(folder, 'running.json')]) expect(statSync(path).mode & 0o077).toBe(0)
  })

  it('says whom to sign in as by browser, and where the password is', async () => {
    // Without a PATH no browser opens: nobody signs in.
    const env = { ...process.env, PATH: '' }
    const browser = spawn(process.execPath, ['cli/main.ts', 'login', 'tenant1', '--browser'], { cwd: project, env })
    let said = ''
    for (const stream of [browser.stdout, browser.stderr]) stream.on('data', (chunk) => (said += chunk))
    const ended = new Promise<number | null>((resolve) => browser.once('exit', resolve))
    await until('the address of the pages', () => said.includes('/oauth2/authorize?'))
    browser.kill('SIGINT')
    expect(await ended).toBe(1)
    expect(said).toContain('Sign in as user@tenant1.example.com (the password is in .local/running.json).')
    const { users } = JSON.parse(readFileSync(join(project, '.local', 'running.json'), 'utf8'))
    for (const { password } of users) expect(said).not.toContain(password)
    expect(users).not.toEqual([])
  })

  it('prints a console that opens with its whole URL, and shows what is served', async () => {
    const [, address = ''] = /Watch requests travel: (\S+)/.exec(output) ?? []
    const url = new URL(address)
    const token = url.hash.slice(1)
    expect(url.hostname).toBe('127.0.0.1')
    const page = await fetch(url)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect((await fetch(new URL('/main.js', url))).status).toBe(200)
    const events = (authorization: string) => fetch(new URL('/api/events', url), { headers: { authorization } })
    for (const authorization of ['', `Bearer ${token.slice(1)}`]) {
      const refused = await events(authorization)
      expect([refused.status, await refused.json()]).toEqual([401, { error: expect.stringContaining('token') }])
    }
    const stream = await events(`Bearer ${token}`)
    expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
    let told = ''
    for await (const chunk of (stream.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      told += chunk
      if (told.includes('\n\n')) break
    }
    const [first = ''] = told.split('\n\n')
    const { kind, scene } = JSON.parse(first.replace(/^data: /, ''))
    expect(kind).toBe('all')
    expect(scene.accounts.flatMap(({ tenants }: { tenants: string[] }) => tenants)).toEqual(
      expect.arrayContaining(['tenant1', 'tenant2']),
    )
  })

  it('is one for its folder: a second one is refused, and a validation goes beside it', async () => {
    for (const verb of ['start', 'local']) {
      const { code, stderr } = await run(verb, ...ANY_PORT)
      expect({ verb, code }).toEqual({ verb, code: 1 })
      expect(stderr).toContain(`A local cloud is running already (process ${child.pid}, npm start)`)
    }
    // Its own ports are no reason to fail: nobody asked for them.
    const { code, stdout } = await run('start', '--exit')
    expect({ code, answered: stdout.includes('Every tenant was answered') }).toEqual({ code: 0, answered: true })
    expect(await curlInvoke((await run('login', 'tenant1')).stdout)).toMatchObject({ tenant: 'tenant1' })
  })

  it('sums up what was used, and holds it against what Bedrock counted', async () => {
    const table = await run('usage')
    expect(table).toMatchObject({ code: 0, stderr: '' })
    expect(table.stdout).toMatch(/^tenant1 .*\$0\.0/m)
    const { total, oldestPrices } = JSON.parse((await run('usage', '--by', 'model,day', '--json')).stdout)
    expect(total).toMatchObject({ estimated: 0, unpriced: 0 })
    expect(table.stdout).toContain(`the oldest was looked up on ${oldestPrices}`)
    expect((await run('usage', 'tenant1', '--csv')).stdout).toMatch(/^tenant,requests,.*\r\ntenant1,/)
    const reconciled = await run('usage', 'reconcile', '--until', 'now', '--since', '2h', '--records')
    expect(reconciled).toMatchObject({ code: 0, stdout: expect.stringContaining('It adds up.'), stderr: '' })
    const alone = await run('usage', '--by', 'hour')
    expect(alone).toMatchObject({ code: 1, stderr: expect.stringContaining('allowed are tenant, user, model, day') })
  })

  it('serves a tenant that is added later, and goes on with its users and its trail; and takes it away again', async () => {
    const before = (await run('login', 'tenant1')).stdout
    const trail = (await run('audit', '--json')).stdout.trim().split('\n')
    const model = 'nova-2-lite=us.amazon.nova-2-lite-v1:0'
    const added = await run('tenant', 'add', 'tenant3', '--account', '444444444444', '--model', model)
    expect(added.stdout).toContain('npm run genai -- up spoke-tenant3')

    const up = await run('up', 'spoke-tenant3')
    expect(up).toMatchObject({ code: 0, stderr: '' })
    expect(up.stdout).toMatch(/tenant3 was answered by nova-2-lite .* in account 444444444444/)
    expect(output).toMatch(/deploy spoke-tenant3/)
    expect(await curlInvoke((await run('login', 'tenant3')).stdout)).toMatchObject({ tenant: 'tenant3' })
    // Signed in before, and still served: nothing was started anew.
    expect(await curlInvoke(before)).toMatchObject({ tenant: 'tenant1' })
    expect((await run('audit', '--json')).stdout.split('\n')).toEqual(expect.arrayContaining(trail))

    const removed = await run('tenant', 'remove', 'tenant3', '--yes')
    expect(removed).toMatchObject({ code: 0, stderr: '' })
    expect(removed.stdout).toContain('2. spoke-tenant3 destroyed')
    expect((await run('login', 'tenant3')).stderr).toContain('made no user of tenant3')
    const { stdout: list } = await run('tenant', 'list')
    expect(list).not.toContain('tenant3')
    // As it is deployed here, which its file does not say.
    expect(list).toMatch(/^tenant2 .* fargate /m)
  })

  it('refuses a stack that cannot be deployed, in the words of the deployment, and serves on', async () => {
    const unknown = await run('up', 'spoke-tenant9')
    expect(unknown).toMatchObject({ code: 1, stdout: '' })
    expect(unknown.stderr).toContain('There is no Pulumi.spoke-tenant9.yaml.')
    const file = join(project, 'Pulumi.spoke-tenant2.yaml')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace(/cidrBlock: .*/, 'cidrBlock: 10.64.0.0/24'))
    const overlapping = await run('up', 'spoke-tenant2')
    writeFileSync(file, text)
    expect(overlapping.code).toBe(1)
    expect(overlapping.stderr).toMatch(/spoke-tenant2 was not deployed: .*10\.64\.0\.0\/24/)
    expect(await curlInvoke((await run('login', 'tenant2')).stdout)).toMatchObject({ tenant: 'tenant2' })
  })

  it('lists and blocks a machine, and lets it in again', async () => {
    const listed = await run('tenant', 'machine', 'list', 'tenant1')
    expect(listed.stdout).toMatch(
      /^\/tenant1\.app\/ +https:\/\/22222222\S+ +genai\/tenant1 +sub=arn:aws:iam::222222222222:role\/application$/m,
    )
    const blocked = await run('tenant', 'machine', 'block', 'tenant1', 'app', '--hours', '2')
    expect(blocked).toMatchObject({ code: 0, stderr: '' })
    expect(blocked.stdout).toMatch(
      /^tenant1\.app is blocked on the local cloud until .*: within 10 seconds .* 403 caller_blocked\.$/m,
    )
    expect((await run('tenant', 'machine', 'unblock', 'tenant1', 'app')).stdout).toContain(
      'tenant1.app is let in again',
    )
    expect((await run('tenant', 'machine', 'unblock', 'tenant1', 'app')).stdout).toContain('was not blocked')
    for (const [args, says] of [
      [['block', 'tenant1', 'nobody'], 'tenant1 has no machine "nobody".\nThere are: app.'],
      [['block', 'tenant9', 'app'], 'tenant9 has no machine "app".\nThere are: none.'],
      [['block', 'tenant1', 'app', '--hours', 'ever'], '"ever" is no number of hours.'],
      [['add', 'tenant1', 'App'], '"App" is no machine\'s name.'],
      [['rotate', 'tenant1', 'partner'], 'There is no app client tenant1.partner on the local cloud.'],
    ] as const) {
      const { code, stderr } = await run('tenant', 'machine', ...args)
      expect({ args, code }).toEqual({ args, code: 1 })
      expect(stderr).toContain(says)
      expect(stderr).not.toMatch(STACK_TRACE)
    }
  })

  it('adds a machine whose secret is in its account and is printed nowhere, and takes both away', async () => {
    const file = join(project, 'Pulumi.spoke-tenant1.yaml')
    const before = readFileSync(file, 'utf8')
    const added = await run('tenant', 'machine', 'add', 'tenant1', 'vault', '--secrets-manager')
    expect(added).toMatchObject({ code: 0, stdout: expect.stringMatching(/^TOKEN_URL=\S+\nCLIENT_ID=\S+\n$/) })
    expect(added.stderr).toMatch(
      /^CLIENT_SECRET is in the secret genai\/tenant1\/vault in Secrets Manager of account 222222222222 \(us-east-1\)/m,
    )
    expect(readFileSync(file, 'utf8')).toContain('vault: { issuer: ')
    const rotated = await run('tenant', 'machine', 'rotate', 'tenant1', 'vault', '--secrets-manager', '--json')
    expect(Object.keys(JSON.parse(rotated.stdout))).toEqual(['TOKEN_URL', 'CLIENT_ID'])
    const removed = await run('tenant', 'machine', 'remove', 'tenant1', 'vault', '--secrets-manager', '--yes')
    expect(removed.stdout).toMatch(
      /^Removed: the secret genai\/tenant1\/vault in .*, the app client \S+, its entry in /,
    )
    expect(readFileSync(file, 'utf8')).toBe(before)
    for (const [args, says] of [
      [['add', 'tenant1', 'vault', '--secrets-manager', '--role', 'nobody'], 'role/nobody'],
      [['add', 'tenant1', 'vault', '--role', 'nobody'], '--role is for --secrets-manager only.'],
    ] as const) {
      const { code, stderr } = await run('tenant', 'machine', ...args)
      expect({ args, code }).toEqual({ args, code: 1 })
      expect(stderr).toContain(says)
    }
    expect(JSON.parse((await run('tenant', 'machine', 'add', '--policy')).stdout).Statement[0].Sid).toBe(
      'WriteMachineSecrets',
    )
  })

  it('blocks a user whose token is out, and lets them in again', async () => {
    const { stdout: signedIn } = await run('login', 'tenant1')
    const email = 'user@tenant1.example.com'
    const status = () => shell(signedIn, CURL.replace('curl -sS', 'curl -sS -o answer.json -w %{http_code}'))
    expect(await status()).toBe('200')
    const blocked = await run('tenant', 'user', 'block', 'tenant1', email)
    expect(blocked).toMatchObject({ code: 0, stderr: '' })
    expect(blocked.stdout).toContain(`${email} is disabled on the local cloud, and blocked`)
    await expect.poll(status, { interval: 1_000 }).toBe('403')
    expect(readFileSync(join(project, 'answer.json'), 'utf8')).toContain('caller_blocked')
    expect((await run('tenant', 'user', 'enable', 'tenant1', email)).code).toBe(0)
    await expect.poll(status, { interval: 1_000 }).toBe('200')
    expect((await run('tenant', 'user', 'block', 'tenant1', 'nobody@example.com')).code).toBe(1)
  })

  it('says so when nobody can sign in', async () => {
    const unknown = await run('login', 'tenant7')
    expect(unknown).toMatchObject({ code: 1, stdout: '' })
    expect(unknown.stderr).toContain('tenant7')
    const mistyped = await run('login', 'Tenant One')
    expect(mistyped.stderr).toMatch(/no tenant id/)
  })

  it('tells of a process that was killed, and serves the next request', async () => {
    // A task's process has Lambda's preload in its arguments, and a file of its own.
    const isFunction = (command: string) => command.includes('lambda') && !command.includes('container.mjs')
    // Of a gateway, or of the hub's function that fetches key sets.
    const victim = children.filter(isAlive).find((pid) => isFunction(commandOf(pid)))
    if (victim === undefined) throw new Error('the cloud runs no function')
    process.kill(victim, 'SIGKILL')
    await until('the end is told', () => /A process of genai-[\w-]+ died/.test(output))
    const task = children.filter(isAlive).find((pid) => commandOf(pid).includes('container.mjs'))
    if (task === undefined) throw new Error('the cloud runs no task')
    process.kill(task, 'SIGKILL')
    await until('the end of a task is told', () => /A task of genai-gateway-\w+ died .*SIGKILL/.test(output))
    const { stdout } = await run('login', 'tenant1')
    expect(await curlInvoke(stdout)).toMatchObject({ tenant: 'tenant1' })
    expect(output).not.toMatch(STACK_TRACE)
  })

  it('ends with 0 on Ctrl-C and leaves no process behind', async () => {
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    await until('the end of its children', () => children.every((pid) => !isAlive(pid)))
    const { stderr } = await run('login', 'tenant1')
    expect(stderr).toContain('No local cloud is running')
  })

  it('says so and stops when .local is removed under it', async () => {
    const other = spawn(process.execPath, ['cli/main.ts', 'start', ...ANY_PORT], { cwd: project })
    let said = ''
    for (const stream of [other.stdout, other.stderr]) stream.on('data', (chunk) => (said += chunk))
    const ended = new Promise<number | null>((resolve) => other.once('exit', resolve))
    await until('the gateway', () => said.includes('until Ctrl-C'))
    rmSync(join(project, '.local'), { recursive: true })
    expect(await ended).toBe(1)
    expect(said).toContain('The folder .local was removed')
    expect(said).not.toMatch(STACK_TRACE)
  })

  it('that was killed is not taken for one that runs, whoever has its process id by now', async () => {
    const note = {
      pid: process.pid,
      verb: 'start',
      wirePort: 1,
      caFile: 'ca.pem',
      users: [],
      control: { port: 1, secret: 'x' },
      operator: {},
    }
    mkdirSync(join(project, '.local'), { recursive: true })
    writeFileSync(join(project, '.local', 'running.json'), JSON.stringify(note))
    for (const args of [
      ['login', 'tenant1'],
      ['audit'],
      ['fault', 'list'],
      ['up', 'hub'],
      ['tenant', 'suspend', 'tenant1'],
    ]) {
      const { code, stderr } = await run(...args)
      expect(code).toBe(1)
      expect(stderr).toContain(`The local cloud (process ${process.pid}) has ended without saying so.`)
      expect(stderr).not.toContain('ECONNREFUSED')
    }
    expect((await run('tenant', 'list')).stdout).toContain('no local cloud with a hub is running')
  })
})

/** What OpenAI's clients read by themselves is exported by `login`. */
const OPENAI_CLIENT = `
  import OpenAI from 'openai'
  const messages = [{ role: 'user', content: 'Hello' }]
  const answer = await new OpenAI().chat.completions.create({ model: 'nova-2-lite', messages })
  console.log(answer.choices[0].message.content)
`

const CURL = `curl -sS "$GATEWAY_URL/$TENANT_ID/invoke" -H "Authorization: Bearer $ID_TOKEN" -d '{"prompt":"Hello"}'`

/** The README's lines, in a shell that has nothing else. */
const curlInvoke = async (lines: string): Promise<unknown> => JSON.parse(await shell(lines, CURL))

/** Times, ports and counts differ from run to run and from machine to machine. */
const withoutFigures = (text: string): string =>
  text
    .replaceAll(/\d+(\.\d+)? (ms|s)\b/g, 'TIME')
    .replaceAll(/localhost:\d+/g, 'localhost:PORT')
    .replaceAll(/\d+ resources/g, 'N resources')
    .replaceAll(/\d+ tokens in, \d+ out/g, 'TOKENS')

function shell(lines: string, command: string): Promise<string> {
  const options = { cwd: project, env: { PATH: process.env.PATH, LINES: lines } }
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', `eval "$LINES"; ${command}`], options, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    )
  })
}

function childrenOf(parent: number): number[] {
  const table = process.platform === 'linux' ? fromProc() : fromPs()
  return table.flatMap(([pid, ppid]) => (ppid === parent ? [pid] : []))
}

/** Pairs of process and parent. A minimal Linux has no `ps`, and macOS no /proc. */
function fromProc(): [number, number][] {
  return readdirSync('/proc').flatMap((name): [number, number][] => {
    if (!/^\d+$/.test(name)) return []
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]]
    } catch {
      return []
    }
  })
}

const fromPs = () =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line): [number, number] => {
      const [pid = 0, ppid = 0] = line.trim().split(/\s+/).map(Number)
      return [pid, ppid]
    })

const commandOf = (pid: number) =>
  process.platform === 'linux'
    ? readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
