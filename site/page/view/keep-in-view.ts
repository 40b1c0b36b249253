/** Scrolls with a growing answer if the user is at the end of the conversation. A user who has scrolled up stays there. */
const NEAR_PIXELS = 120
let isAtEnd = true

const scroller = () => document.querySelector<HTMLElement>('.messages')

export function onScroll(): void {
  const element = scroller()
  if (element) isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PIXELS
}

export const goToEnd = (): void => {
  isAtEnd = true
}

export function afterRender(): void {
  const element = scroller()
  if (element && isAtEnd) element.scrollTop = element.scrollHeight
}
