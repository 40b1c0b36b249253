/** Titan's text models: a text in, a text out, and no parameters of their own beyond it. */
import { malformed } from '../refusals.ts'
import type { Family } from './family.ts'

export const titan: Family = {
  additional(fields) {
    const [name] = Object.keys(fields)
    if (name !== undefined) throw malformed(`extraneous key [${name}] is not permitted`)
    return {}
  },
  check: () => {},
}
