/**
 * A body that Bedrock cannot read otherwise than it was estimated: JSON may have a name twice, and readers differ in which one
 * counts. A small number for us and a large one for the model would be more than was reserved.
 */
import { rewriteJson } from '../json.ts'
import { BOUNDS } from './estimate.ts'

/** What holds the numbers of tokens, and themselves. */
const NAMES = ['inferenceConfig', 'textGenerationConfig', 'additionalModelRequestFields', 'serviceTier', 'service_tier']
const NAMED = new RegExp(`"(${[...NAMES, ...BOUNDS].join('|')})"\\s*:`, 'g')
/** A name may be written with letters as `\u00…`: no longer than one of the above, so that a long text is not looked through twice. */
const ESCAPED_NAME = /\\u00[0-9a-f]{2}[\w\\]{0,200}"\s*:/i

/** @returns the same text where no such name is in it twice */
export function unambiguous(text: string): string {
  const names = [...text.matchAll(NAMED)].map(([, name]) => name)
  const isClear = new Set(names).size === names.length && !ESCAPED_NAME.test(text)
  return isClear ? text : rewriteJson(text, (fields) => fields)
}
