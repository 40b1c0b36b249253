/** Formats numbers and times for people. */

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const whole = new Intl.NumberFormat('en-GB')

export const timeOf = (milliseconds: number) => clock.format(milliseconds)

export const count = (figure: number) => whole.format(figure)

export function duration(milliseconds: number): string {
  if (milliseconds < 1) return '<1 ms'
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 0)} s`
}

export function dollars(nanoDollars: number): string {
  const figure = nanoDollars / 1e9
  return `$${figure < 0.01 && figure > 0 ? figure.toFixed(6) : figure.toFixed(2)}`
}

/** `requestsPerMinute` → `requests per minute` */
export const spaced = (name: string) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

/** Users are ids of 36 characters. */
export const short = (text: string) => (text.length > 13 ? `${text.slice(0, 8)}…` : text)
