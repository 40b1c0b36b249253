/** JSON whose numbers stay as they were written: a tool's arguments may hold integers that a double cannot. */

/** ES2025's JSON source text access, which TypeScript's library does not know yet. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown }

/** A number that a double holds is a number; any other is kept as its text, which `JSON.stringify` writes as it was. */
export function parseKeepingNumbers(text: string): unknown {
  return JSON.parse(text, (_key: string, value: unknown, context?: { readonly source: string }) =>
    typeof value === 'number' && context !== undefined && !holds(value, context.source)
      ? rawJSON(context.source)
      : value,
  )
}

/** Only long digits can be lost, so most texts need no second look. */
export const mayLoseNumbers = (text: string): boolean => /\d{16}/.test(text) || /\d[eE]\+?\d{3}/.test(text)

const holds = (value: number, source: string): boolean =>
  /^-?\d+$/.test(source) ? Number.isSafeInteger(value) : source.length < 17 && Number.isFinite(value)
