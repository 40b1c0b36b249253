/** Formats numbers for people. */
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

export const count = (value: number): string => whole.format(value)

/** Formats nano-dollars: from one dollar on in cents, below that with two significant digits. */
export function dollars(nano: number): string {
  const value = nano / 1_000_000_000
  if (value === 0) return '$0'
  if (value >= 1) return `$${Number.isInteger(value) ? value : value.toFixed(2)}`
  const digits = Math.min(9, Math.max(2, 1 - Math.floor(Math.log10(value))))
  return `$${value.toFixed(digits)}`
}

export function seconds(milliseconds: number): string {
  const value = milliseconds / 1000
  return value < 10 ? `${value.toFixed(1)} s` : `${Math.round(value)} s`
}

export function moment(iso: string): string {
  const at = new Date(iso)
  const inHours = (at.getTime() - Date.now()) / 3_600_000
  if (inHours < 24) return `at ${at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`
  return `on ${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'long' })}`
}
