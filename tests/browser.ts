/**
 * A real browser for tests: the system's Chromium, headless. Where there is none the suites that need one are skipped, and one loud
 * line says so; with `BROWSER_REQUIRED=1` they fail instead. `CHROMIUM` names a browser elsewhere.
 */
import { createHash, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { connect } from 'node:tls'
import type { AxeResults } from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { describe, it } from 'vitest'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** @returns its path; undefined where there is none */
export function findBrowser(): string | undefined {
  const named = process.env.CHROMIUM
  if (named !== undefined && named !== '') return named
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((path) => existsSync(path))
}

/** A suite that needs a browser. */
export function describeInBrowser(name: string, suite: () => void): void {
  if (findBrowser() !== undefined) describe(name, suite)
  else if (process.env.BROWSER_REQUIRED === '1')
    it(name, () => {
      throw new Error('BROWSER_REQUIRED=1, and no Chromium is on the PATH. Install it, or name one with CHROMIUM.')
    })
  else {
    process.stderr.write(
      `\nSKIPPED, as no Chromium is on the PATH: ${name}. BROWSER_REQUIRED=1 makes this a failure.\n\n`,
    )
    describe.skip(name, suite)
  }
}

export interface BrowserOptions {
  /** For clients of the local cloud's names: every host with this end is this machine. @default none */
  readonly arguments?: readonly string[]
}

/** @throws Error where there is none: call it inside of {@link describeInBrowser} */
export async function openBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const executablePath = findBrowser()
  if (executablePath === undefined) throw new Error('No Chromium is on the PATH.')
  // In a container its own sandbox has no namespaces to be made of; what is opened is ours.
  return await chromium.launch({ executablePath, args: ['--no-sandbox', ...(options.arguments ?? [])] })
}

/**
 * Arguments by which the local cloud's names are these ports on this machine; every other name but `localhost` is unknown. Certificates
 * are trusted that the local authority has signed for these hosts, and no other: each is verified here, and the browser is told its key.
 * @param hosts host name → port on 127.0.0.1
 * @param caFile certificate of the local cloud's authority
 */
export async function localHosts(hosts: Readonly<Record<string, number>>, caFile: string): Promise<readonly string[]> {
  const ca = readFileSync(caFile, 'utf8')
  const pairs = Object.entries(hosts)
  const keys = await Promise.all(pairs.map(([host, port]) => keyOf(host, port, ca)))
  const names = pairs.map(([host, port]) => `MAP ${host} 127.0.0.1:${port}`)
  return [
    `--host-resolver-rules=${[...names, 'EXCLUDE localhost', 'MAP * ~NOTFOUND'].join(',')}`,
    `--ignore-certificate-errors-spki-list=${keys.join(',')}`,
  ]
}

/** SHA-256 of the public key of the certificate that a host shows, once Node has verified it. */
async function keyOf(servername: string, port: number, ca: string): Promise<string> {
  const raw = await new Promise<Buffer>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername, ca }, () => {
      resolve(socket.getPeerCertificate().raw)
      socket.destroy()
    })
    socket.on('error', reject)
  })
  const key = new X509Certificate(raw).publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(key).digest('base64')
}

/** What axe finds wrong with a page, one line each: nothing is as it should be. */
export async function violations(page: Page): Promise<readonly string[]> {
  const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  // By the debugger, which a page's content security policy does not bind.
  await page.evaluate(source)
  const results = (await page.evaluate('axe.run()')) as AxeResults
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`),
  )
}
