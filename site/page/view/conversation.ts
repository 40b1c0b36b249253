/** A conversation, and what is shown before its first message. */
import { html, type TemplateResult } from 'lit-html'
import type { App } from '../app.ts'
import { composerView } from './composer.ts'
import { menuIcon, newIcon } from './icons.ts'
import { onScroll } from './keep-in-view.ts'
import { messageView } from './message.ts'

export function conversationView(app: App): TemplateResult {
  const { current } = app
  return html`<main class="conversation" @dragover=${allowed} @drop=${(event: DragEvent) => dropped(event, app)}>
    <header class="top">
      <button class="quiet menu" type="button" aria-label="Conversations" aria-controls="sidebar" aria-expanded=${app.isMenuOpen ? 'true' : 'false'} @click=${() => app.toggleMenu()}>${menuIcon}</button>
      <h1>${current.title || 'New conversation'}</h1>
      <button class="quiet menu" type="button" aria-label="New conversation" @click=${app.startNew}>${newIcon}</button>
    </header>
    <div class="messages" role="log" aria-label="Messages" aria-live="off" tabindex="0" @scroll=${onScroll}>
      ${current.messages.length === 0 ? welcome(app) : html`<div class="column">${current.messages.map((message) => messageView(app, message))}</div>`}
    </div>
    <div class="bottom"><div class="column">${composerView(app)}
      <p class="hint centred">Answers may be wrong. What you send stays in your tenant’s account.</p></div></div>
  </main>`
}

const IDEAS = [
  'Explain hub and spoke networks in three sentences',
  'Draft a reply that says no, kindly',
  'Make a table of the planets and their moons',
]

const welcome = (app: App) => html`<div class="welcome">
  <h2>What can I help you with?</h2>
  <p class="hint">You are in ${app.tenant?.tenant}, and talk to ${app.model}.</p>
  <ul>${IDEAS.map((idea) => html`<li><button class="idea" type="button" @click=${() => pick(app, idea)}>${idea}</button></li>`)}</ul>
</div>`

function pick(app: App, idea: string): void {
  app.write(idea)
  document.getElementById('draft')?.focus()
}

const allowed = (event: DragEvent) => {
  if (event.dataTransfer?.types.includes('Files')) event.preventDefault()
}

function dropped(event: DragEvent, app: App): void {
  const files = [...(event.dataTransfer?.files ?? [])]
  if (files.length === 0) return
  event.preventDefault()
  void app.addPictures(files)
}
