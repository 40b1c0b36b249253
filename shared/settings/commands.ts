/**
 * The commands that errors print. People run them as they are: so each sets what can only have been meant, or holds a
 * placeholder in braces, which no setting takes. A command that sets an example makes a file that is valid and wrong.
 */

/** Sets all of a setting. */
export const setCommand = (stack: string, name: string, value: string) =>
  `pulumi config set ${quoted(name)} ${quoted(value)} -s ${stack}`

/** Sets an entry of a list or a map. @param at `[1]` or `["fast"]` */
export const setAt = (stack: string, name: string, at: string, value: string) =>
  `pulumi config set --path ${quoted(`${name}${at}`)} ${quoted(value)} -s ${stack}`

/** Sets an entry of a map that is encrypted: the command asks for its value. @param name with the entry, `federatedSecrets.acme` */
export const secretCommand = (stack: string, name: string) =>
  `pulumi config set --secret --path ${quoted(name)} -s ${stack}`

export const removeCommand = (stack: string, name: string) => `pulumi config rm ${quoted(name)} -s ${stack}`

/** A word of a shell's command. A lone pair of braces is itself in every shell. */
const quoted = (word: string) =>
  /^[\w@%+=:,./{}-]+$/.test(word) && !/\{[^}]*(,|\.\.)/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/**
 * The one choice that a text is a slip of: another case, or one letter too many, too few, wrong, or in its neighbour's place.
 * @returns undefined where it is none, or could be two
 */
export function nearest(text: string, choices: readonly string[]): string | undefined {
  const word = text.trim().toLowerCase()
  const same = choices.filter((choice) => choice.toLowerCase() === word)
  const found = same.length > 0 ? same : choices.filter((choice) => isSlip(word, choice.toLowerCase()))
  return found.length === 1 ? found[0] : undefined
}

/** Whether one edit makes one of the other, in a word that is long enough to be known again. */
function isSlip(word: string, choice: string): boolean {
  if (choice.length < 3 || Math.abs(word.length - choice.length) > 1) return false
  let start = 0
  while (start < word.length && word[start] === choice[start]) start += 1
  const [left, right] = [word.slice(start), choice.slice(start)]
  return (
    left.slice(1) === right.slice(1) ||
    left.slice(1) === right ||
    left === right.slice(1) ||
    (left[0] === right[1] && left[1] === right[0] && left.slice(2) === right.slice(2))
  )
}
