/**
 * Takes the console's picture for the documentation: `npx node tests/console/picture.ts`. Needs a Chromium; run it when the page looks
 * different. It deploys what `npm start` does, sends requests as both tenants, and takes away what lets one of them call its model.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCloud } from '@genai/local-cloud/cloud'
import { openConsole } from '../../cli/console/console.ts'
import { demoImages } from '../../cli/demo/added-settings.ts'
import { callGateway } from '../../cli/demo/request.ts'
import { Session } from '../../cli/demo/session.ts'
import { LAPTOP } from '../../cli/demo/validate.ts'
import { faultCommand } from '../../cli/fault/switch.ts'
import { cognitoClient, signIn } from '../../cli/hub/cognito.ts'
import { PROJECT_DIRECTORY } from '../../cli/pulumi/stack-files.ts'
import { createTerminal } from '../../cli/terminal/terminal.ts'
import { organization } from '../../sample-organization.ts'
import { openBrowser } from '../browser.ts'

const FILE = join(PROJECT_DIRECTORY, 'docs', 'images', 'console.png')
const MOST_BYTES = 200 * 1024

const directory = mkdtempSync(join(tmpdir(), 'genai-picture-'))
const cloud = await startCloud({ directory, organization, images: await demoImages('hub') })
const tenant = (tenantId: string, used: number) => ({
  tenant: tenantId,
  limits: [
    { scope: 'tenant', limit: 'requestsPerMinute', holds: 60, used },
    { scope: 'tenant', limit: 'dollarsPerMonth', holds: 50, used: used * 0.9 },
  ],
})
const watched = await openConsole({
  cloud,
  faults: faultCommand(cloud),
  limits: async () => [tenant('tenant1', 22), tenant('tenant2', 51)],
})
const browser = await openBrowser()
try {
  const { port: wirePort } = await cloud.wire.open(LAPTOP)
  const terminal = createTerminal({ json: true })
  const options = { cloud, wirePort, terminal, ports: { https: 0, http: 0 }, recording: [] }
  const session = await Session.begin(options, 'hub')
  await session.createUsers([await session.deploy('spoke-tenant1'), await session.deploy('spoke-tenant2')])
  const local = { port: wirePort, caFile: cloud.authority.caFile }
  const [client] = cloud.ledger.all('aws:cognito/userPoolClient:UserPoolClient')
  const cognito = cognitoClient(client?.region ?? '', { local })
  const via = { port: Number(new URL(session.gateway.url).port), caFile: local.caFile }
  const send = async (tenantId: string, model: string, as = tenantId) => {
    const user = session.users.find((one) => one.tenantId === as)
    if (!user) throw new Error(`${as} has no user.`)
    const token = await signIn(cognito, { clientId: client?.id ?? '', ...user })
    const body = { model, stream: true, messages: [{ role: 'user', content: 'What is a hub-and-spoke network?' }] }
    const url = 'https://genai.example.com'
    return await callGateway(url, via, { method: 'POST', path: `/${tenantId}/v1/chat/completions`, token, body })
  }
  for (let round = 0; round < 3; round += 1) {
    await send('tenant1', 'nova-2-lite')
    await send('tenant2', 'claude-haiku-4.5')
  }
  await send('tenant1', 'nova-2-lite', 'tenant2')
  await send('tenant1', 'claude-opus')
  await send('tenant1', 'nova-2-lite')
  const page = await browser.newPage({
    viewport: { width: 1280, height: 700 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
  })
  await page.goto(watched.url)
  await page.locator('#tenants canvas').first().waitFor()
  const policy = cloud.ledger
    .all('aws:iam/rolePolicy:RolePolicy')
    .find(({ account, outputs }) => account === '222222222222' && String(outputs.policy).includes('InvokeModel'))
  if (!policy) throw new Error("The role of tenant1's models has no policy.")
  await cloud.ledger.delete(policy.urn)
  await Promise.all([send('tenant1', 'nova-2-lite'), send('tenant2', 'claude-haiku-4.5')])
  await page.locator('.stopped', { hasText: 'IAM' }).first().waitFor()
  await page.locator('.light[data-outcome="answered"] .halo').last().waitFor()
  await page.getByRole('meter').first().waitFor()
  const picture = await page.screenshot()
  if (picture.byteLength > MOST_BYTES)
    throw new Error(
      `The picture has ${picture.byteLength} bytes; at most ${MOST_BYTES} are kept. Take a smaller part of the page.`,
    )
  writeFileSync(FILE, picture)
  process.stdout.write(`${FILE}: ${picture.byteLength} bytes\n`)
} finally {
  await browser.close()
  watched.close()
  await cloud.close()
  rmSync(directory, { recursive: true, force: true })
}
