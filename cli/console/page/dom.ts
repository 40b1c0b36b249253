/** Makes elements without markup: every text becomes a text node, wherever it comes from. */

type Attribute = string | number | boolean | undefined
type Handler = (event: Event) => void
export type Attributes = Readonly<Record<string, Attribute | Handler>>
export type Child = Node | string | undefined

const SVG = 'http://www.w3.org/2000/svg'

export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  return filled(document.createElement(name), attributes, children)
}

export function s<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Name] {
  return filled(document.createElementNS(SVG, name), attributes, children)
}

function filled<T extends Element>(element: T, attributes: Attributes, children: readonly Child[]): T {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value)
    else if (value === true) element.setAttribute(name, '')
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value))
  }
  element.append(...children.filter((child) => child !== undefined))
  return element
}

/** @throws Error if the page does not fit this script */
export function part(id: string): HTMLElement {
  const found = document.getElementById(id)
  if (!found) throw new Error(`The page has no #${id}`)
  return found
}

/** Sets a text only if it differs, so that screen readers and the layout get changes only. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}
