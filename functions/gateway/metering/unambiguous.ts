/**
 * Ensures that Bedrock reads a body as it was estimated. JSON may have a name twice, and readers differ in which of the two they take: if we
 * read a small number of tokens and the model a large one, too little would be reserved.
 */
import { rewriteJson } from '../json.ts'
import { BOUNDS } from './estimate.ts'

/** Together with `BOUNDS`: the fields that an estimate reads. */
const NAMES = ['inferenceConfig', 'textGenerationConfig', 'additionalModelRequestFields', 'serviceTier', 'service_tier']
const NAMED = new RegExp(`"(${[...NAMES, ...BOUNDS].join('|')})"\\s*:`, 'g')
/** A name with a letter that is written as `\u00…`. The length is limited, so that a long text is not searched again for each such letter. */
const ESCAPED_NAME = /\\u00[0-9a-f]{2}[\w\\]{0,200}"\s*:/i

/** @returns the same text, unless such a name may be in it twice */
export function unambiguous(text: string): string {
  const names = [...text.matchAll(NAMED)].map(([, name]) => name)
  const isClear = new Set(names).size === names.length && !ESCAPED_NAME.test(text)
  return isClear ? text : rewriteJson(text, (fields) => fields)
}
