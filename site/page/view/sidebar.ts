/** The list of conversations, what is left of the user's limits, and who is signed in. */
import { html, nothing, type TemplateResult } from 'lit-html'
import { repeat } from 'lit-html/directives/repeat.js'
import type { App } from '../app.ts'
import { closeIcon, deleteIcon, mark, newIcon, outIcon } from './icons.ts'
import { limitsView } from './limits.ts'

export const sidebarView = (
  app: App,
): TemplateResult => html`<nav class="sidebar" id="sidebar" aria-label="Conversations">
  <div class="brand">${mark}<span>${app.configuration.title}</span>
    <button class="quiet close" type="button" aria-label="Close the list" @click=${() => app.toggleMenu(false)}>${closeIcon}</button></div>
  <button class="button new" type="button" @click=${app.startNew}>${newIcon}<span>New conversation</span></button>
  <ul class="conversations">
    ${repeat(
      app.conversations.filter(({ messages }) => messages.length > 0),
      ({ id }) => id,
      (one) => html`<li class=${one === app.current ? 'current' : ''}>
        <button class="open" type="button" aria-current=${one === app.current ? 'true' : nothing} @click=${() => app.open(one)}>${one.title}</button>
        <button class="quiet delete" type="button" aria-label=${`Delete ${one.title}`} title="Delete" @click=${() => app.remove(one)}>${deleteIcon}</button>
      </li>`,
    )}
  </ul>
  <label class="keep"><input type="checkbox" .checked=${app.isKeeping} @change=${(event: Event) => app.setKeeping((event.target as HTMLInputElement).checked)}>
    <span>Keep conversations on this device<span class="hint">Otherwise they are deleted when you close this tab.</span></span></label>
  ${limitsView(app.usage, app.tenant?.tenant ?? '')}
  <div class="who"><div><strong>${app.session?.claims.email ?? 'Signed in'}</strong><span class="hint">${app.tenant?.tenant}</span></div>
    <button class="quiet" type="button" aria-label="Sign out" title="Sign out" @click=${app.signOut}>${outIcon}</button></div>
</nav>`
