/** Turns the Markdown tree into DOM nodes. A model's words always become text nodes, never markup. */
import { html, type TemplateResult } from 'lit-html'
import { type Block, type Inline, parseMarkdown } from '../markdown.ts'
import { copyIcon } from './icons.ts'

export const markdown = (text: string): readonly TemplateResult[] => parseMarkdown(text).map(block)

function block(one: Block): TemplateResult {
  switch (one.kind) {
    case 'paragraph':
      return html`<p>${one.content.map(inline)}</p>`
    case 'heading':
      return html`<p class="heading"><strong>${one.content.map(inline)}</strong></p>`
    case 'code':
      return code(one.language, one.text)
    case 'quote':
      return html`<blockquote>${one.content.map(block)}</blockquote>`
    case 'rule':
      return html`<hr>`
    case 'table':
      return html`<div class="table" tabindex="0" role="group" aria-label="Table"><table>
        <thead><tr>${one.head.map((cell) => html`<th scope="col">${cell.map(inline)}</th>`)}</tr></thead>
        <tbody>${one.rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell.map(inline)}</td>`)}</tr>`)}</tbody>
      </table></div>`
    case 'list': {
      const items = one.items.map((item) => html`<li>${item.map(tight)}</li>`)
      return one.ordered ? html`<ol start=${one.start}>${items}</ol>` : html`<ul>${items}</ul>`
    }
  }
}

/** An item of a list is a line, not a paragraph. */
const tight = (one: Block): TemplateResult =>
  one.kind === 'paragraph' ? html`<span>${one.content.map(inline)}</span>` : block(one)

const code = (language: string, text: string) => html`<div class="code">
  <div class="code-head"><span>${language || 'text'}</span><button class="quiet small" type="button" @click=${(event: Event) => void copy(event, text)}>${copyIcon}<span>Copy</span></button></div>
  <pre tabindex="0" role="group" aria-label="Code"><code>${text}</code></pre>
</div>`

async function copy(event: Event, text: string): Promise<void> {
  const label = (event.currentTarget as HTMLElement).querySelector('span')
  await navigator.clipboard.writeText(text)
  if (!label) return
  label.textContent = 'Copied'
  setTimeout(() => {
    label.textContent = 'Copy'
  }, 1500)
}

function inline(one: Inline): TemplateResult | string {
  switch (one.kind) {
    case 'text':
      return one.text
    case 'code':
      return html`<code>${one.text}</code>`
    case 'strong':
      return html`<strong>${one.content.map(inline)}</strong>`
    case 'emphasis':
      return html`<em>${one.content.map(inline)}</em>`
    case 'link':
      return html`<a href=${one.href} target="_blank" rel="noopener noreferrer">${one.content.map(inline)}</a>`
  }
}
