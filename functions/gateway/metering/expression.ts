/** Builds an `UpdateItem` from parts. All names are placeholders, because words such as `ttl` are reserved. */

/** DynamoDB's own form of a value. */
export type AttributeValue = { readonly N: string } | { readonly M: Readonly<Record<string, AttributeValue>> }

/** A write to one item, with its conditions. */
export interface Write {
  readonly update: string
  readonly condition: string
  readonly names: Readonly<Record<string, string>>
  readonly values: Readonly<Record<string, AttributeValue>>
}

export const number = (value: number): AttributeValue => ({ N: `${value}` })
export const map = (entries: Readonly<Record<string, number>>): AttributeValue => ({
  M: Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, number(value)])),
})

export interface Expression {
  /** The path of an attribute, or of an entry of a map. */
  path(attribute: string, key?: string): string
  value(value: number | AttributeValue): string
  set(path: string, to: string): void
  remove(path: string): void
  require(condition: string): void
  done(): Write
}

export function expression(): Expression {
  const names = new Map<string, string>()
  const values: Record<string, AttributeValue> = {}
  const sets: string[] = []
  const removes: string[] = []
  const conditions: string[] = []
  const name = (text: string): string => {
    const known = names.get(text) ?? `#n${names.size}`
    names.set(text, known)
    return known
  }
  return {
    path: (attribute, key) => (key === undefined ? name(attribute) : `${name(attribute)}.${name(key)}`),
    value(given) {
      const placeholder = `:v${Object.keys(values).length}`
      values[placeholder] = typeof given === 'number' ? number(given) : given
      return placeholder
    },
    set: (path, to) => void sets.push(`${path} = ${to}`),
    remove: (path) => void removes.push(path),
    require: (condition) => void conditions.push(condition),
    done() {
      const update = [
        ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
        ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : []),
      ].join(' ')
      const condition = conditions.join(' AND ')
      // DynamoDB refuses a placeholder that is not used.
      const used = new Set(`${update} ${condition}`.match(/[#:][nv]\d+/g))
      const entries = [...names].map(([text, placeholder]): [string, string] => [placeholder, text])
      return {
        update,
        condition,
        names: Object.fromEntries(entries.filter(([placeholder]) => used.has(placeholder))),
        values: Object.fromEntries(Object.entries(values).filter(([placeholder]) => used.has(placeholder))),
      }
    },
  }
}
