/** IPv4 CIDR arithmetic: text in, text out, without resources. Errors say what was written and what is allowed. */

/** A parsed block. `first` and `last` are its lowest and highest address as unsigned numbers. */
export interface Block {
  readonly first: number
  readonly last: number
  /** Bits of the network part, 0–32. */
  readonly prefix: number
}

const CIDR = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/

/** How many addresses a block with this prefix has. */
export const addresses = (prefix: number): number => 2 ** (32 - prefix)

/** @throws Error that says what is wrong with the text: its form, an octet, the prefix, or bits after the prefix. */
export function parseCidr(text: string): Block {
  const match = CIDR.exec(text)
  if (!match)
    throw new Error(`"${text}" is not an IPv4 CIDR block. Allowed: four numbers and a prefix, such as 10.0.0.0/16.`)
  const octets = match.slice(1, 5)
  for (const octet of octets) {
    // Some programs read a leading zero as octal, and others as decimal.
    if (Number(octet) > 255 || (octet.length > 1 && octet.startsWith('0'))) {
      throw new Error(`"${text}" has the octet "${octet}". Allowed: 0 to 255, without leading zeros.`)
    }
  }
  const prefixText = match[5] ?? ''
  const prefix = Number(prefixText)
  if (prefix > 32 || (prefixText.length > 1 && prefixText.startsWith('0'))) {
    throw new Error(`"${text}" has the prefix "/${prefixText}". Allowed: /0 to /32, without leading zeros.`)
  }
  const first = octets.reduce((sum, octet) => sum * 256 + Number(octet), 0)
  const block = { first, last: first + addresses(prefix) - 1, prefix }
  if (first % addresses(prefix) !== 0) {
    const start = first - (first % addresses(prefix))
    throw new Error(`"${text}" does not start on a /${prefix} boundary. Write ${formatCidr({ first: start, prefix })}.`)
  }
  return block
}

/**
 * The block that contains an address: `10.64.4.7/24` becomes `10.64.4.0/24`; an address alone is a /32.
 * @returns undefined for a text that is no address
 */
export function startOf(text: string): string | undefined {
  const [address = '', prefixText = '32'] = text.split('/')
  try {
    const { first } = parseCidr(`${address}/32`)
    const { prefix } = parseCidr(`0.0.0.0/${prefixText}`)
    return formatCidr({ first: first - (first % addresses(prefix)), prefix })
  } catch {
    return undefined
  }
}

/** The text of a block, `10.0.0.0/16`. */
export function formatCidr(block: Pick<Block, 'first' | 'prefix'>): string {
  return `${formatAddress(block.first)}/${block.prefix}`
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')
}

/** Whether every address of `inner` is in `outer`; a block contains itself. */
export function contains(outer: string, inner: string): boolean {
  const a = parseCidr(outer)
  const b = parseCidr(inner)
  return a.first <= b.first && b.last <= a.last
}

/** Whether the two have an address in common. Two CIDR blocks overlap only when one contains the other. */
export function overlaps(one: string, other: string): boolean {
  const a = parseCidr(one)
  const b = parseCidr(other)
  return a.first <= b.last && b.first <= a.last
}

/** The block of `prefix` at `index` in `cidr`: `sliceOf('10.0.0.0/16', 24, 2)` is `10.0.2.0/24`. */
export function sliceOf(cidr: string, prefix: number, index: number): string {
  const block = parseCidr(cidr)
  const first = block.first + index * addresses(prefix)
  if (prefix < block.prefix || index < 0 || first > block.last) {
    throw new Error(
      `${cidr} has no /${prefix} number ${index}: it holds ${addresses(block.prefix) / addresses(prefix)}.`,
    )
  }
  return formatCidr({ first, prefix })
}
