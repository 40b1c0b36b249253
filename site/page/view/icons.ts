/** The page's icons, drawn as lines of one colour. */
import { svg, type TemplateResult } from 'lit-html'

const drawing = (content: TemplateResult<2>) =>
  svg`<svg class="icon" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${content}</svg>`

export const menuIcon = drawing(svg`<path d="M4 7h16M4 12h16M4 17h10"/>`)
export const newIcon = drawing(svg`<path d="M12 5v14M5 12h14"/>`)
export const sendIcon = drawing(svg`<path d="M12 19V5M6 11l6-6 6 6"/>`)
export const stopIcon = drawing(
  svg`<rect x="7" y="7" width="10" height="10" rx="2" fill="currentColor" stroke="none"/>`,
)
export const imageIcon = drawing(
  svg`<rect x="3.5" y="5" width="17" height="14" rx="2.5"/><circle cx="9" cy="10" r="1.6"/><path d="m5 17 4.5-4 3 2.5 3.5-3.5 4 4"/>`,
)
export const closeIcon = drawing(svg`<path d="M6.5 6.5l11 11M17.5 6.5l-11 11"/>`)
export const deleteIcon = drawing(svg`<path d="M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12"/>`)
export const outIcon = drawing(svg`<path d="M14 5H6v14h8M10 12h10M17 8.5l3.5 3.5-3.5 3.5"/>`)
export const copyIcon = drawing(
  svg`<rect x="9" y="9" width="10" height="10" rx="2"/><path d="M5 15V6.5A1.5 1.5 0 0 1 6.5 5H15"/>`,
)
export const warnIcon = drawing(svg`<path d="M12 4.5 21 19.5H3z"/><path d="M12 10v4.5M12 17v.1"/>`)

export const mark = svg`<svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true"><rect width="32" height="32" rx="9"/><g><path d="M16 16 7.5 9.5M16 16l8.5-6.5M16 16v10"/><circle cx="16" cy="16" r="4.2"/><circle cx="7.2" cy="9.2" r="2.6"/><circle cx="24.8" cy="9.2" r="2.6"/><circle cx="16" cy="25.6" r="2.6"/></g></svg>`
