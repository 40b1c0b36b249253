/** This project's stacks in the backend that the shell is signed in to, through the Automation API. */
import { LocalWorkspace, type Stack } from '@pulumi/pulumi/automation/index.js'
import { isLocalShell, requireShellOfAws } from '../local/local-shell.ts'
import { findRunning } from '../local/running.ts'
import { messageOf, UserError } from '../verb.ts'
import { findPulumi } from './find-cli.ts'
import { PROJECT_DIRECTORY } from './stack-files.ts'

/** A resource of a stack's state; components and providers are left out. */
export interface StateResource {
  readonly urn: string
  readonly type: string
  readonly name: string
  readonly protected: boolean
  /** Whether it stays in the account when the stack is destroyed. */
  readonly retained: boolean
}

/** With `attachmentDeletion: owner` the accepter resource is retained, but the tenant's attachment, for which it stands, is deleted. */
const ACCEPTER = 'aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter'

export interface Backend {
  /** @returns undefined for a stack that was never initialised here */
  find(name: string): Promise<Stack | undefined>
  /** Selects the stack, or initialises it; its file exists already. */
  create(name: string): Promise<Stack>
}

/**
 * @param aws whether the command is for AWS, and not for the local cloud
 * @throws UserError if there is no CLI, or if the shell is set up for the other one
 */
export async function openBackend({ aws }: { readonly aws: boolean }): Promise<Backend> {
  if (aws) requireShellOfAws()
  else if (!isLocalShell())
    throw new UserError(
      "This shell's pulumi does not deploy into the local cloud.",
      (await findRunning())?.verb === 'local'
        ? 'First: . .local/pulumi.env'
        : 'Start one with npm run local, or add --aws for AWS.',
    )
  const { command } = await findPulumi({
    onDownload: (version) => process.stderr.write(`Downloading the Pulumi CLI ${version} …\n`),
  })
  const options = { workDir: PROJECT_DIRECTORY, pulumiCommand: command }
  const workspace = await LocalWorkspace.create(options)
  const stacks = await workspace.listStacks().catch((cause: unknown) => {
    throw new UserError(`The backend does not answer: ${messageOf(cause).trim()}`, 'Sign in first: pulumi login', {
      cause,
    })
  })
  // On Pulumi Cloud a name may include its organisation.
  const names = new Set(stacks.map(({ name }) => name.split('/').at(-1)))
  return {
    find: async (name) =>
      names.has(name) ? await LocalWorkspace.selectStack({ ...options, stackName: name }, options) : undefined,
    create: async (name) => await LocalWorkspace.createOrSelectStack({ ...options, stackName: name }, options),
  }
}

/** The resources of the stack's state. */
export async function resourcesOf(stack: Stack): Promise<readonly StateResource[]> {
  const { deployment } = await stack.exportStack()
  const resources: readonly Record<string, unknown>[] = deployment?.resources ?? []
  return resources
    .filter(({ type, custom }) => custom === true && !String(type).startsWith('pulumi:'))
    .map(({ urn, type, protect, retainOnDelete }) => ({
      urn: String(urn),
      type: String(type),
      name: String(urn).split('::').at(-1) ?? '',
      protected: protect === true,
      retained: retainOnDelete === true && type !== ACCEPTER,
    }))
}

/**
 * Runs a Pulumi command to its end. On Ctrl-C the terminal signals the CLI too, which then finishes running operations, writes the state
 * and releases the lock. For that this process must stay alive and read the CLI's output.
 * @param what `The destroy of spoke-tenant1`
 * @throws UserError if it was interrupted, or failed
 */
export async function toItsEnd<T>(what: string, stack: Stack, work: () => Promise<T>, remedy: string): Promise<T> {
  let interrupted = false
  const note = () => {
    interrupted = true
  }
  process.on('SIGINT', note)
  const ended = await work()
    .then(
      (value) => ({ value }),
      (cause: unknown) => ({ cause }),
    )
    .finally(() => process.removeListener('SIGINT', note))
  // Also if Ctrl-C came too late for the CLI, because the user does not want the following steps either.
  if (interrupted) throw new UserError(`${what} was interrupted.`, remedy)
  if ('value' in ended) return ended.value
  const reason = reasonOf(ended.cause)
  throw new UserError(
    `${what} failed: ${reason}`,
    reason.includes('currently locked')
      ? `If nothing works on it any more: pulumi cancel ${stack.name}. ${remedy}`
      : remedy,
    { cause: ended.cause },
  )
}

/** The CLI's own message, because the error repeats everything that it had printed. */
function reasonOf(cause: unknown): string {
  const text = messageOf(cause)
  const lines = text.split('\n').map((line) => line.trim())
  const errors = new Set(lines.filter((line) => line.startsWith('error: ')).map((line) => line.slice('error: '.length)))
  return errors.size > 0 ? [...errors].join('\n') : text.trim()
}

/** Prints Pulumi's own progress while it runs. */
export const progress = { onOutput: (text: string) => void process.stderr.write(text), color: 'auto' as const }
