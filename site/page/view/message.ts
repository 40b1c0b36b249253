/** One message: a question, or a model's answer with its usage. */
import { html, nothing, type TemplateResult } from 'lit-html'
import type { App } from '../app.ts'
import type { Answer, Message, Question } from '../conversations.ts'
import { count, dollars, seconds } from './format.ts'
import { warnIcon } from './icons.ts'
import { markdown } from './markdown.ts'
import { routeView } from './request-path.ts'
import { troubleActions } from './trouble.ts'

export const messageView = (app: App, message: Message): TemplateResult =>
  message.role === 'user' ? question(message) : answer(app, message)

const question = ({ text, images }: Question) => html`<article class="message user" aria-label="You">
  ${images.length === 0 ? nothing : html`<div class="pictures">${images.map(({ preview, name }) => (preview === '' ? html`<span class="hint">${name} (not kept)</span>` : html`<img src=${preview} alt=${name}>`))}</div>`}
  ${text === '' ? nothing : html`<div class="said">${text}</div>`}
</article>`

function answer(app: App, message: Answer): TemplateResult {
  const { state, text, thought, model, trouble } = message
  const isUnderWay = state === 'waiting' || state === 'streaming'
  return html`<article class="message assistant" aria-label=${model} aria-busy=${isUnderWay ? 'true' : 'false'}>
    ${thought === '' ? nothing : html`<details class="thought"><summary>Thoughts</summary><div class="text">${markdown(thought)}</div></details>`}
    <div class="text">${markdown(text)}${state === 'waiting' && thought === '' ? html`<p class="waiting"><span></span><span></span><span></span><span class="sr">Waiting for ${model}</span></p>` : nothing}</div>
    ${trouble ? html`<div class="trouble">${warnIcon}<div><strong>${trouble.title}</strong><p>${trouble.advice}${trouble.waitSeconds ? ` In ${trouble.waitSeconds} s it may pass.` : ''}</p>${troubleActions(app, trouble, app.repeat)}</div></div>` : nothing}
    ${isUnderWay ? nothing : html`<footer>${facts(app, message)}${trouble ? nothing : routeView(app, message)}</footer>`}
  </article>`
}

const REASONS: Readonly<Record<string, string>> = {
  length: 'cut off: the answer was at its longest',
  content_filter: 'withheld by your tenant’s guardrail',
}

function facts(app: App, message: Answer): TemplateResult {
  const { model, usage, state, milliseconds, firstTextMilliseconds, reason } = message
  const cost = app.costOf(message)
  const cached = usage?.cacheReadInputTokens ?? 0
  const all = [
    model,
    ...(state === 'stopped' ? ['stopped'] : []),
    ...(reason !== undefined && REASONS[reason] ? [REASONS[reason]] : []),
    ...(usage
      ? [
          `${count(usage.inputTokens + cached + usage.cacheWriteInputTokens)} tokens in, ${count(usage.outputTokens)} out`,
        ]
      : []),
    ...(cost === undefined ? [] : [dollars(cost)]),
    ...(milliseconds === undefined || state === 'failed' ? [] : [times(milliseconds, firstTextMilliseconds)]),
  ]
  return html`<ul class="facts">${all.map((fact) => html`<li>${fact}</li>`)}</ul>`
}

const times = (all: number, first: number | undefined) =>
  first === undefined || all - first < 200
    ? seconds(all)
    : `${seconds(first)} to the first word, ${seconds(all)} in all`
