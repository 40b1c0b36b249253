/** The whole page, depending on its state. */
import { html, nothing, type TemplateResult } from 'lit-html'
import type { App } from '../app.ts'
import { conversationView } from './conversation.ts'
import { mark } from './icons.ts'
import { sidebarView } from './sidebar.ts'
import { troubleActions } from './trouble.ts'

export function appView(app: App): TemplateResult {
  switch (app.phase) {
    case 'starting':
    case 'loading':
      return html`<main class="landing" aria-busy="true">${mark}<p class="hint">Opening…</p></main>`
    case 'landing':
      return landing(app)
    case 'troubled':
      return troubled(app)
    case 'ready':
      return html`<div class=${app.isMenuOpen ? 'page menu-open' : 'page'} @keydown=${(event: KeyboardEvent) => escaped(event, app)}>
        ${sidebarView(app)}
        <button class="shade" type="button" tabindex="-1" aria-hidden="true" @click=${() => app.toggleMenu(false)}></button>
        ${conversationView(app)}
        <p class="sr" role="status" aria-live="polite">${app.said}</p>
      </div>`
  }
}

const landing = (app: App) => html`<main class="landing">
  ${mark}
  <h1>${app.configuration.title}</h1>
  <p>Your tenant’s models, in your tenant’s own account.</p>
  ${app.trouble ? html`<div class="trouble" role="alert"><div><strong>${app.trouble.title}</strong><p>${app.trouble.advice}</p></div></div>` : nothing}
  <button class="button primary large" type="button" @click=${app.signIn}>Sign in</button>
  <p class="hint">This browser keeps nothing of what you write, unless you ask for it.</p>
</main>`

const troubled = (app: App) => html`<main class="landing">
  ${mark}
  <h1>${app.trouble?.title}</h1>
  <p role="alert">${app.trouble?.advice}</p>
  ${app.trouble ? troubleActions(app, app.trouble, app.again) : nothing}
  <button class="quiet" type="button" @click=${app.signOut}>Sign out</button>
</main>`

export const notConfigured = (): TemplateResult =>
  html`<main class="landing">${mark}<h1>This page is not whole</h1><p role="alert">Its configuration cannot be read. Load it again; if that does not help, tell your platform team.</p></main>`

function escaped(event: KeyboardEvent, app: App): void {
  if (event.key !== 'Escape') return
  if (app.isMenuOpen) app.toggleMenu(false)
  else if (app.isAnswering) app.stop()
}
