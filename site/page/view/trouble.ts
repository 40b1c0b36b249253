/** Shows what the user can do about an error. */
import { html, nothing, type TemplateResult } from 'lit-html'
import type { App } from '../app.ts'
import type { Trouble } from '../what-went-wrong.ts'

export const troubleActions = (app: App, { remedy, requestId }: Trouble, again: () => void): TemplateResult => html`
  <div class="actions">
    ${remedy === 'again' ? html`<button class="button" type="button" @click=${again}>Try again</button>` : nothing}
    ${remedy === 'signIn' ? html`<button class="button" type="button" @click=${app.signIn}>Sign in again</button>` : nothing}
    ${requestId === undefined ? nothing : html`<span class="hint">Request <code>${requestId}</code></span>`}
  </div>`
