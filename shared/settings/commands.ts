/**
 * The commands in errors. People run them without changing them. So each command sets what was certainly meant, or contains a placeholder in
 * braces that no setting accepts. A command with an example value would lead to a file that is valid and wrong.
 */

/** A command that sets a whole setting. */
export const setCommand = (stack: string, name: string, value: string) =>
  `pulumi config set ${quoted(name)} ${quoted(value)} -s ${stack}`

/**
 * A command that sets an entry of a list or a map.
 * @param at `[1]` or `["fast"]`
 */
export const setAt = (stack: string, name: string, at: string, value: string) =>
  `pulumi config set --path ${quoted(`${name}${at}`)} ${quoted(value)} -s ${stack}`

/**
 * A command that sets an encrypted entry of a map, and asks for its value.
 * @param name with the entry, `federatedSecrets.acme`
 */
export const secretCommand = (stack: string, name: string) =>
  `pulumi config set --secret --path ${quoted(name)} -s ${stack}`

export const removeCommand = (stack: string, name: string) => `pulumi config rm ${quoted(name)} -s ${stack}`

/** Quotes a word for a shell. A single pair of braces needs no quotes in any shell. */
const quoted = (word: string) =>
  /^[\w@%+=:,./{}-]+$/.test(word) && !/\{[^}]*(,|\.\.)/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/**
 * The choice that a mistyped text was meant to be: it differs in case, or by one letter that is missing, added, wrong or swapped.
 * @returns undefined if there is none, or more than one
 */
export function nearest(text: string, choices: readonly string[]): string | undefined {
  const word = text.trim().toLowerCase()
  const same = choices.filter((choice) => choice.toLowerCase() === word)
  const found = same.length > 0 ? same : choices.filter((choice) => isSlip(word, choice.toLowerCase()))
  return found.length === 1 ? found[0] : undefined
}

/** Whether one edit turns one word into the other. Short words are not compared, because they would match by chance. */
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
