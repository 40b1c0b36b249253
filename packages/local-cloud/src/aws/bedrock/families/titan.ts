/** Titan's text models take a text and return a text, and have no parameters of their own. */
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
