/** The pages: forms and text, without scripts and without content from other servers. */
import { createHash } from 'node:crypto'
import type { WireResponse } from '../../../wire/service.ts'

const STYLE =
  'body{font:16px system-ui,sans-serif;max-width:22rem;margin:10vh auto;padding:0 1rem}label{display:block;margin:1rem 0 .25rem}' +
  'input,button{font:inherit;width:100%;box-sizing:border-box;padding:.5rem}button{margin-top:1.5rem}[role=alert]{color:#b00020}'
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/** No site may frame a page, and a page loads only its own style. */
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'`

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '')

function page(title: string, content: string, status: number, headers: Readonly<Record<string, string>>): WireResponse {
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': POLICY,
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      // The address contains the application's request.
      'referrer-policy': 'no-referrer',
      ...headers,
    },
    body:
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
      `<title>${escaped(title)}</title><style>${STYLE}</style></head><body><main><h1>${escaped(title)}</h1>${content}</main></body></html>`,
  }
}

/** Shown if it is not known to which application the browser could be sent back. */
export const errorPage = (message: string, status = 400): WireResponse =>
  page('An error was encountered', `<p role="alert">${escaped(message)}</p>`, status, {})

export interface Field {
  readonly name: string
  readonly label: string
  readonly type: 'text' | 'email' | 'password'
  readonly autocomplete: string
}

export interface Form {
  readonly title: string
  /** A path on this host. */
  readonly action: string
  readonly hidden: Readonly<Record<string, string>>
  readonly fields: readonly Field[]
  readonly button: string
  readonly text?: string | undefined
  /** Links below the form. */
  readonly links?: readonly { readonly text: string; readonly href: string }[]
  /** What was wrong with the user's last attempt. */
  readonly alert?: string | undefined
}

export function formPage(
  { title, action, hidden, fields, button, text, alert, links = [] }: Form,
  headers: Readonly<Record<string, string>> = {},
): WireResponse {
  const inputs = fields.map(
    ({ name, label, type, autocomplete }, index) =>
      `<label for="${name}">${escaped(label)}</label>` +
      `<input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" required${index === 0 ? ' autofocus' : ''}>`,
  )
  const kept = Object.entries(hidden).map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  )
  const content = [
    ...(text === undefined ? [] : [`<p>${escaped(text)}</p>`]),
    ...(alert === undefined ? [] : [`<p role="alert">${escaped(alert)}</p>`]),
    `<form method="post" action="${escaped(action)}">${kept.join('')}${inputs.join('')}`,
    `<button type="submit">${escaped(button)}</button></form>`,
    ...links.map((link) => `<p><a href="${escaped(link.href)}">${escaped(link.text)}</a></p>`),
  ]
  return page(title, content.join(''), alert === undefined ? 200 : 400, headers)
}
