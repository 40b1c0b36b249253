/** Reads the changes from `pulumi preview --json`, which the Pulumi CLI runs in the accounts with this shell's credentials. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { PulumiCommand } from '@pulumi/pulumi/automation/index.js'
import { isMap } from '../../../shared/is-map.ts'
import { findPulumi } from '../../pulumi/find-cli.ts'
import { PROJECT_DIRECTORY } from '../../pulumi/stack-files.ts'
import { messageOf, UserError } from '../../verb.ts'
import { type Changes, countsOf } from './rehearsal.ts'

interface Step {
  readonly op: string
  readonly type: string
  /** Name of the provider that makes the resource: `tenant` or `hub`. */
  readonly provider: string
}

/** @returns the tenant's changes, and how many resources of the hub's stack would change */
export async function previewed(
  stacks: { readonly hub: string; readonly tenant: string },
  accounts: { readonly hub: string; readonly tenant: string },
): Promise<{ readonly changes: readonly Changes[]; readonly ofHubStack: number }> {
  const { command } = await findPulumi({ download: false })
  const [ofTenant, ofHub] = [await stepsOf(command, stacks.tenant), await stepsOf(command, stacks.hub)]
  const changed = ofTenant.filter(({ op }) => op !== 'same' && op !== 'read')
  const changes = (['tenant', 'hub'] as const).map(
    (whose): Changes => ({
      account: accounts[whose],
      whose,
      made: countsOf(changed.filter(({ provider }) => provider === whose).map(({ type }) => type)),
    }),
  )
  return { changes, ofHubStack: ofHub.filter(({ op }) => op !== 'same' && op !== 'read').length }
}

async function stepsOf(command: PulumiCommand, stack: string): Promise<readonly Step[]> {
  try {
    const { stdout } = await promisify(execFile)(
      command.command,
      ['preview', '--json', '--non-interactive', '--color', 'never', '--stack', stack],
      { cwd: PROJECT_DIRECTORY, maxBuffer: 1 << 28 },
    )
    return readSteps(stdout)
  } catch (cause) {
    const failure = failureOf(cause)
    const first = failure.includes('no stack named') ? `A new stack is made first: pulumi stack init ${stack}. ` : ''
    throw new UserError(
      `pulumi preview of ${stack} failed: ${failure}`,
      `${first}Without --aws the changes are found out without an account.`,
      { cause },
    )
  }
}

/** The message of a failed preview: a program's refusal is among the diagnostics of its JSON; other errors are on standard error. */
export function failureOf(cause: unknown): string {
  const { stdout, stderr } = isMap(cause) ? cause : {}
  const refusals = typeof stdout === 'string' ? errorsIn(stdout) : []
  if (refusals.length > 0) return refusals.join(' ')
  const said = typeof stderr === 'string' && stderr.trim() !== '' ? stderr : messageOf(cause)
  return said.trim().split('\n').slice(-3).join(' ')
}

/** Messages of the diagnostics that are errors, without Pulumi's own list of what failed. */
function errorsIn(stdout: string): readonly string[] {
  try {
    const document: unknown = JSON.parse(stdout)
    if (!isMap(document) || !Array.isArray(document.diagnostics)) return []
    const texts = document.diagnostics
      .filter(isMap)
      .filter(({ severity }) => severity === 'error')
      .map(({ message }) => String(message).trim())
      .filter((text) => text !== '' && text !== 'preview failed')
    return [...new Set(texts)]
  } catch {
    return []
  }
}

/**
 * Reads the AWS resources, each with the provider that makes it, from the CLI's output.
 * @throws Error if the text is not a preview
 */
export function readSteps(text: string): readonly Step[] {
  const document: unknown = JSON.parse(text)
  if (!isMap(document) || !Array.isArray(document.steps)) throw new Error('What pulumi printed is no preview.')
  return document.steps.filter(isMap).flatMap(({ op, urn, newState, oldState, provider }) => {
    const type = String(urn).split('::')[2]?.split('$').at(-1) ?? ''
    if (!type.startsWith('aws:')) return []
    const state = isMap(newState) ? newState : isMap(oldState) ? oldState : {}
    const made = String(provider ?? state.provider ?? '').split('::')[3] ?? ''
    return [{ op: String(op), type, provider: made }]
  })
}
