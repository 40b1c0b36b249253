/** The client in a real browser, as a person uses it: signed in, answered as the words come, stopped, refused; and what it leaves behind. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createUserOf } from '../../cli/demo/users.ts'
import { LOCAL_FARGATE, localImages } from '../../cli/local/gateway-image.ts'
import type { RunningUser } from '../../cli/local/running.ts'
import { describeInBrowser, openBrowser, violations } from '../browser.ts'
import { SITE, type SitePlatform, startSite } from './fixture.ts'

/** Of the two sample tenants: the second one's answers stream. */
const LIMITS = { user: { tokensPerDay: 200_000 }, tenant: { dollarsPerMonth: 100 } }
/** On a machine that does much else at the same time. */
const PATIENCE_MILLISECONDS = 120_000
/** Where pictures of the page are put, for whoever looks at them. */
const PICTURES = process.env.PICTURES

/** What runs in the page is text: the tests' own types know no browser. */
const FIRST_PAINT = `new Promise((resolve) =>
  new PerformanceObserver((list) => resolve(list.getEntries()[0].startTime)).observe({ type: 'paint', buffered: true }))`

interface Left {
  readonly local: readonly string[]
}
const WHAT_IS_LEFT = `(async () => ({
  local: Object.keys(localStorage),
  session: Object.keys(sessionStorage),
  cookies: document.cookie,
  databases: (await indexedDB.databases()).length,
  caches: (await caches.keys()).length,
  address: location.href,
}))()`

const PASTE = `(async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 3000, height: 2000 })
  canvas.getContext('2d').fillRect(0, 0, 3000, 2000)
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))
  const clipboardData = new DataTransfer()
  clipboardData.items.add(new File([blob], 'chart.png', { type: 'image/png' }))
  document.getElementById('draft').dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
})()`

describeInBrowser('the client in a browser', () => {
  let platform: SitePlatform
  let browser: Browser
  let context: BrowserContext
  let page: Page
  const users = new Map<string, RunningUser>()
  /** What a page must never have said. */
  const reports: string[] = []

  beforeAll(async () => {
    platform = await startSite({
      images: await localImages(),
      settings: {
        hub: { ...LOCAL_FARGATE, keySetVia: 'table' },
        'spoke-tenant1': { limits: LIMITS },
        'spoke-tenant2': { compute: 'fargate', limits: LIMITS },
      },
    })
    for (const tenantId of ['tenant1', 'tenant2'])
      users.set(
        tenantId,
        await createUserOf(platform.cloud, platform.hub, tenantId, {
          port: platform.wirePort,
          caFile: platform.caFile,
        }),
      )
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await platform?.close()
  })

  beforeEach(async () => {
    reports.length = 0
    context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1200, height: 800 } })
    context.setDefaultTimeout(PATIENCE_MILLISECONDS)
    page = await open(context)
  })
  afterEach(() => context.close())

  async function open(from: BrowserContext): Promise<Page> {
    const opened = await from.newPage()
    opened.on('console', (message) => {
      if (/content security policy|trusted ?type/i.test(message.text())) reports.push(message.text())
    })
    opened.on('pageerror', (error) => reports.push(String(error)))
    await opened.goto(platform.url)
    return opened
  }

  async function signIn(tenantId: string, on = page): Promise<void> {
    const { username = '', password = '' } = users.get(tenantId) ?? {}
    await on.getByRole('button', { name: 'Sign in' }).click()
    await on.locator('input[name="username"]').fill(username)
    await on.locator('input[name="password"]').fill(password)
    await on.locator('button[type="submit"], input[type="submit"]').first().click()
    await on.getByLabel('Your message').waitFor()
  }

  async function ask(text: string, on = page): Promise<void> {
    await on.getByLabel('Your message').fill(text)
    await on.keyboard.press('Enter')
  }

  const answers = (on = page) => on.locator('.message.assistant')
  const answered = (on = page) => answers(on).last().locator('footer').waitFor()

  async function picture(name: string, on = page): Promise<void> {
    if (PICTURES === undefined) return
    mkdirSync(PICTURES, { recursive: true })
    await on.screenshot({ path: join(PICTURES, `${name}.png`) })
  }

  it('is painted within a second, and is asked for a password by the pool’s own page only', async () => {
    // Opened until it is: the first one pays for what the machine does once, and a busy machine for others.
    await expect
      .poll(
        async () => {
          await page?.close()
          page = await open(context)
          return await page.evaluate<number>(FIRST_PAINT)
        },
        { timeout: 60_000 },
      )
      .toBeLessThan(1_000)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('input[name="password"]').waitFor()
    expect(new URL(page.url()).hostname).toBe('genai-example.auth.us-east-1.amazoncognito.com.localhost')
  })

  it('answers as the words come, and tells tokens, cost and the way', async () => {
    await signIn('tenant2')
    await ask('In one sentence: what is a hub?')
    await answered()
    const text = await answers().last().innerText()
    expect(text).toContain('served in account 333333333333')
    expect(text).toMatch(/claude-haiku-4\.5\n.*\d+ tokens in, \d+ out\n.*\$0\.0+\d/s)
    await page.getByText('Route').click()
    const route = await page.locator('.stops').innerText()
    for (const stop of [
      'genai.example.com',
      'tenant2’s own task on Fargate',
      'Account 333333333333',
      'us.anthropic.claude-haiku-4-5-20251001-v1:0',
    ])
      expect(route).toContain(stop)
    await expect
      .poll(() => page.locator('.limits').innerText())
      .toMatch(/Tokens today[\s\S]*of 200,000[\s\S]*left[\s\S]*of \$100/)
    expect(reports).toEqual([])
  })

  it('stops when it is told to, and goes on after that', async () => {
    await signIn('tenant2')
    await ask('Tell me a long story, please. '.repeat(40))
    await page.getByRole('button', { name: 'Stop' }).click()
    await answered()
    expect(await answers().last().innerText()).toContain('stopped')
    await ask('And now?')
    await expect.poll(() => answers().count()).toBe(2)
    await answered()
    expect(await answers().last().innerText()).toContain('tokens in')
  })

  it('leaves nothing behind: no token, no word, in no storage', async () => {
    await signIn('tenant1')
    await ask('A secret of mine')
    await answered()
    const left = () => page.evaluate<Left>(WHAT_IS_LEFT)
    expect(await left()).toEqual({
      local: [],
      session: [],
      cookies: '',
      databases: 0,
      caches: 0,
      address: `${platform.url}/`,
    })
    // Asked for, conversations are kept, and nothing else is.
    await page.getByLabel(/Keep conversations/).check()
    const kept = await page.evaluate<string>('JSON.stringify(localStorage)')
    expect(kept).toContain('A secret of mine')
    expect(kept).not.toMatch(/eyJ[\w-]{10,}/)
    // Loaded anew, the session at the pool's pages gives another token without a password.
    await page.reload()
    await page.getByRole('button', { name: 'A secret of mine', exact: true }).click()
    expect(await answers().last().innerText()).toContain('222222222222')
    await page.getByLabel(/Keep conversations/).uncheck()
    expect((await left()).local).toEqual([])
  })

  it('says in words what went wrong, and what to do', async () => {
    await signIn('tenant1')
    await platform.deploy('spoke-tenant1', { limits: { user: { requestsPerMinute: 1, tokensPerDay: 200_000 } } })
    await expect
      .poll(
        async () => {
          await ask('Again')
          await answered()
          return answers().last().innerText()
        },
        { timeout: 60_000, interval: 1_000 },
      )
      .toMatch(/Too many requests[\s\S]*Try again/)
    await picture('refused')
    await platform.deploy('spoke-tenant1', { limits: LIMITS })
  })

  it('is refused on the path of another tenant, and by the gateway for pages of another origin', async () => {
    await signIn('tenant1')
    const gateway = platform.door.url('https://genai.example.com')
    const [request] = await Promise.all([page.waitForRequest(/\/tenant1\/usage$/), ask('Hello')])
    const authorization = (await request.headerValue('authorization')) ?? ''
    const statusAs = (tenant: string) =>
      page.evaluate(
        async ([url, token]) => (await fetch(url ?? '', { headers: { authorization: token ?? '' } })).status,
        [`${gateway}/${tenant}/models`, authorization],
      )
    expect(await statusAs('tenant1')).toBe(200)
    expect(await statusAs('tenant2')).toBe(401)
    const other = await context.newPage()
    await other.goto(platform.door.url('https://genai-example.auth.us-east-1.amazoncognito.com/login'))
    const read = await other.evaluate(
      async ([url, token]) =>
        fetch(url ?? '', { headers: { authorization: token ?? '' } }).then(
          ({ status }) => status,
          (error: Error) => error.name,
        ),
      [`${gateway}/tenant1/models`, authorization],
    )
    expect(read).toBe('TypeError')
  })

  it('takes pictures by paste, and shows markup as words', async () => {
    await signIn('tenant2')
    await page.evaluate(PASTE)
    await page.getByAltText('chart.png').waitFor()
    const [request] = await Promise.all([
      page.waitForRequest(/chat\/completions$/),
      ask('What is this? <img src=x onerror=alert(1)>'),
    ])
    const { messages } = request.postDataJSON() as { messages: { content: { image_url?: { url: string } }[] }[] }
    const url = messages[0]?.content[0]?.image_url?.url ?? ''
    expect(url.slice(0, 23)).toBe('data:image/jpeg;base64,')
    expect(url.length).toBeLessThan(500_000)
    await answered()
    expect(await page.locator('.said').last().innerText()).toContain('<img src=x onerror=alert(1)>')
    expect(await page.locator('.message img[src="x"]').count()).toBe(0)
    expect(reports).toEqual([])
  })

  it('works by keyboard alone, and signs out at the pool too', async () => {
    await signIn('tenant2')
    await page.keyboard.press('Tab')
    await page.getByRole('button', { name: 'New conversation' }).first().focus()
    await page.keyboard.press('Enter')
    await ask('Hello')
    await answered()
    const [revocation] = await Promise.all([
      page.waitForRequest(/\/oauth2\/revoke$/),
      page.getByRole('button', { name: 'Sign out' }).click(),
    ])
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    // What renewed the token is good for nothing any more, whoever has a copy of it.
    const left = new URLSearchParams(revocation.postData() ?? '')
    expect(left.get('token')?.length).toBeGreaterThan(100)
    const form = {
      grant_type: 'refresh_token',
      client_id: left.get('client_id') ?? '',
      refresh_token: left.get('token') ?? '',
    }
    const renewed = await page.evaluate(
      async ([url, body]) => {
        const answer = await fetch(url ?? '', { method: 'POST', body: new URLSearchParams(body) })
        return [answer.status, await answer.json()]
      },
      [revocation.url().replace(/revoke$/, 'token'), new URLSearchParams(form).toString()],
    )
    expect(renewed).toEqual([400, { error: 'invalid_grant' }])
    expect(reports).toEqual([])
    await page.getByRole('button', { name: 'Sign in' }).click()
    // The pool asks for the password again.
    await page.locator('input[name="password"]').waitFor()
  })

  describe('looks right', () => {
    it.each([
      ['light', 1200, 800],
      ['dark', 1200, 800],
      ['phone', 390, 780],
    ] as const)('%s, with nothing that axe finds', async (name, width, height) => {
      const colorScheme = name === 'dark' ? ('dark' as const) : ('light' as const)
      const own = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width, height }, colorScheme })
      own.setDefaultTimeout(PATIENCE_MILLISECONDS)
      try {
        const on = await open(own)
        await on.getByRole('button', { name: 'Sign in' }).waitFor()
        expect(await violations(on)).toEqual([])
        await picture(`${name}-landing`, on)
        await signIn('tenant2', on)
        expect(await violations(on)).toEqual([])
        await ask('In one sentence: what is a hub-and-spoke network?', on)
        await answered(on)
        await on.getByText('Route').click()
        expect(await violations(on)).toEqual([])
        await picture(`${name}-answered`, on)
        if (name === 'phone') {
          // Nothing is cut off at the side.
          expect(await on.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
          await on.getByRole('button', { name: 'Conversations' }).click()
          await on.locator('.menu-open').waitFor()
          expect(await violations(on)).toEqual([])
          await picture('phone-menu', on)
        }
        expect(reports).toEqual([])
      } finally {
        await own.close()
      }
    })
  })

  it('comes from its origin alone', () => expect(platform.url).toBe(platform.door.url(SITE)))
})
