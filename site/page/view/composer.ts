/** The field for a question: text, pictures by paste, drop or file, and the buttons to send and to stop. */
import { html, nothing, type TemplateResult } from 'lit-html'
import { live } from 'lit-html/directives/live.js'
import type { App } from '../app.ts'
import { closeIcon, imageIcon, sendIcon, stopIcon } from './icons.ts'
import { goToEnd } from './keep-in-view.ts'

export function composerView(app: App): TemplateResult {
  const { isAnswering, draft, images, notice } = app
  const send = () => {
    goToEnd()
    app.send()
  }
  return html`<form class="composer" @submit=${(event: Event) => {
    event.preventDefault()
    send()
  }}>
    ${images.length === 0 ? nothing : html`<ul class="pictures">${images.map((image) => html`<li><img src=${image.preview} alt=${image.name}><button class="remove" type="button" aria-label=${`Remove ${image.name}`} @click=${() => app.removePicture(image)}>${closeIcon}</button></li>`)}</ul>`}
    ${notice === '' ? nothing : html`<p class="notice" role="status">${notice}</p>`}
    <label class="sr" for="draft">Your message</label>
    <textarea id="draft" rows="1" placeholder="Ask anything" autocomplete="off" .value=${live(draft)}
      @input=${(event: Event) => app.write((event.target as HTMLTextAreaElement).value)}
      @keydown=${(event: KeyboardEvent) => keyed(event, app, send)}
      @paste=${(event: ClipboardEvent) => pasted(event, app)}></textarea>
    <div class="tools">
      <input class="sr" id="pictures" type="file" accept="image/*" multiple tabindex="-1" aria-hidden="true" @change=${(event: Event) => chosen(event, app)}>
      <button class="quiet" type="button" aria-label="Add pictures" title="Add pictures" @click=${() => document.getElementById('pictures')?.click()}>${imageIcon}</button>
      ${modelChooser(app)}
      <span class="keys" aria-hidden="true"><kbd>Enter</kbd> sends, <kbd>Shift</kbd> <kbd>Enter</kbd> for a new line</span>
      ${
        isAnswering
          ? html`<button class="send stop" type="button" aria-label="Stop" title="Stop (Esc)" @click=${app.stop}>${stopIcon}</button>`
          : html`<button class="send" type="submit" aria-label="Send" title="Send" ?disabled=${draft.trim() === '' && images.length === 0}>${sendIcon}</button>`
      }
    </div>
  </form>`
}

const modelChooser = ({ tenant, model, choose }: App) => html`<label class="model"><span class="sr">Model</span>
  <select @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
    ${tenant?.models.map((name) => html`<option value=${name} ?selected=${name === model}>${name}</option>`)}
  </select></label>`

function keyed(event: KeyboardEvent, app: App, send: () => void): void {
  // Input methods confirm a choice with Enter, which must not send the question.
  if (event.isComposing) return
  if (event.key === 'Escape' && app.isAnswering) app.stop()
  if (event.key !== 'Enter' || event.shiftKey) return
  event.preventDefault()
  send()
}

function pasted(event: ClipboardEvent, app: App): void {
  const files = [...(event.clipboardData?.files ?? [])]
  if (files.length === 0) return
  event.preventDefault()
  void app.addPictures(files)
}

function chosen(event: Event, app: App): void {
  const input = event.target as HTMLInputElement
  void app.addPictures([...(input.files ?? [])]).then(() => {
    input.value = ''
  })
}
