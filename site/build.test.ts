import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { buildPage } from './build.ts'
import { pageFiles } from './files.ts'
import { contentSecurityPolicy } from './security-headers.ts'

const directory = mkdtempSync(join(tmpdir(), 'site-'))
afterAll(() => rmSync(directory, { recursive: true }))

const CONFIGURATION = {
  title: '<b>"Chat" & more</b>',
  gatewayUrl: 'https://genai.example.com',
  signIn: { url: 'https://sign-in.example.com', clientId: 'c', scope: 'openid' },
}

describe('the page', () => {
  it('is the same bytes under the same names, whenever it is built', async () => {
    const [one, other] = [await buildPage(directory), await buildPage(directory)]
    expect(one).toEqual(other)
    for (const { key } of one.assets) expect(key).toMatch(/^assets\/(app|icon)-[A-Z0-9]{8}\.(js|css|svg)$/)
  })

  it('takes its title as words, and has no code or style in its markup', async () => {
    const files = pageFiles(await buildPage(directory), CONFIGURATION)
    const markup = files
      .filter(({ key }) => key.endsWith('.html'))
      .map(({ source }) => ('text' in source ? source.text : ''))
    for (const text of markup) {
      expect(text).not.toContain('<b>')
      expect(text).toContain('&#60;b&#62;&#34;Chat&#34; &#38; more&#60;/b&#62;')
      expect(text).not.toMatch(/<style|style=|<script(?![^>]+src=)|\son\w+=/)
    }
    expect(files.at(-1)?.key).toBe('index.html')
  })

  it('has no way to make markup of text but the one policy of its templates', async () => {
    const { assets } = await buildPage(directory)
    const code = readFileSync(assets.find(({ key }) => key.endsWith('.js'))?.path ?? '', 'utf8')
    expect(code.match(/createPolicy\("([^"]+)"/g)).toEqual(['createPolicy("lit-html"'])
    expect(code).not.toMatch(/\beval\(|new Function|insertAdjacentHTML|document\.write/)
    expect(contentSecurityPolicy([])).toContain("require-trusted-types-for 'script'; trusted-types lit-html")
  })
})
