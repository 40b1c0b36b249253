/**
 * Finds resources that the local cloud has and no stack knows: they were made by a deployment during which the local cloud was killed, or kept
 * on purpose when their stack was destroyed. Pulumi never deletes them, and they may make a second `up` fail.
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Declared, Ledger } from '@genai/local-cloud/ledger/ledger'
import { UserError } from '../verb.ts'

/** The parts of a file backend's checkpoint that are read here. */
interface Checkpoint {
  readonly checkpoint?: {
    readonly latest?: { readonly resources?: readonly { readonly urn: string; readonly id?: string }[] }
  }
}

/**
 * Resources without a stack, in the order in which they must be deleted: the newest first.
 * @param backend folder of the file backend that the printed lines name
 * @returns none if that backend has no stacks, because somebody who uses another backend need not be told of these
 */
export function leftResources(ledger: Pick<Ledger, 'all'>, backend: string): readonly Declared[] {
  const files = globSync('.pulumi/stacks/*/*.json', { cwd: backend })
  if (files.length === 0) return []
  const known = new Set(files.flatMap((file) => idsIn(join(backend, file))))
  return ledger
    .all()
    .filter(({ urn, id }) => !known.has(keyOf(urn, id)))
    .toReversed()
}

/** The key has a number if there is a second resource with the same URN. */
const keyOf = (urn: string, id: string) => `${urn.replace(/#\w+$/, '')} ${id}`

function idsIn(file: string): readonly string[] {
  // Checked just before it is read, because a stack may be removed meanwhile.
  if (!existsSync(file)) return []
  let state: Checkpoint
  try {
    state = JSON.parse(readFileSync(file, 'utf8')) as Checkpoint
  } catch (cause) {
    throw new UserError(
      `${file} is no state that can be read.`,
      `Put it back from ${basename(file)}.bak beside it, or remove .local/cloud and .local/backend to begin anew.`,
      { cause },
    )
  }
  return (state.checkpoint?.latest?.resources ?? []).map(({ urn, id = '' }) => keyOf(urn, id))
}

const SHOWN = 10

/** The list as comment lines of a shell. */
export function leftText(left: readonly Declared[]): readonly string[] {
  if (left.length === 0) return []
  const more = left.length - SHOWN
  return [
    `# ${counted(left)} in no stack: left by a deployment during which the local cloud was killed, or kept when a stack went.`,
    ...left.slice(0, SHOWN).map(({ type, id, account }) => `#   ${type} ${id} (account ${account})`),
    ...(more > 0 ? [`#   and ${more} more`] : []),
    '# To take them away: stop it, then npm run local -- --forget-left',
  ]
}

const counted = ({ length }: readonly Declared[]) => (length === 1 ? '1 resource is' : `${length} resources are`)

/**
 * Removes them from the local cloud.
 * @returns comment lines
 */
export async function forgetLeft(
  ledger: Pick<Ledger, 'delete'>,
  left: readonly Declared[],
): Promise<readonly string[]> {
  for (const { urn } of left) await ledger.delete(urn)
  return left.length === 0 ? ['# Nothing was left.'] : [`# ${counted(left)} taken away.`]
}
