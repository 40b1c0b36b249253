/** A machine's secret in Secrets Manager of the tenant's account. It is neither printed nor stored anywhere else. */
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { machineSecretName, SECRETS_ROLE } from '../../shared/policies/machine-secrets.ts'
import type { Clients } from '../doctor/clients.ts'
import { nameOf, wordsOf } from '../doctor/denied.ts'
import type { OpenOptions } from '../doctor/gather.ts'
import { signedCall } from '../doctor/signed-call.ts'
import { type Arguments, UserError } from '../verb.ts'
import { tenantAccount } from './tenant-account.ts'
import type { OnFailure } from './undone.ts'

/** Flags of the commands that can use Secrets Manager. */
export const STORE_OPTIONS = {
  'secrets-manager': {
    type: 'boolean',
    help: "the secret is in Secrets Manager of the tenant's account, and is not printed",
  },
  role: {
    type: 'string',
    placeholder: 'NAME',
    help: `with --secrets-manager: the role in the tenant's account (default ${SECRETS_ROLE})`,
  },
} as const

const POLICY_COMMAND = 'machine add --policy'
/**
 * Label of a trial version, which shows that the role may write. A reader of a secret that has a value gets it only by asking for the label; AWS
 * makes the first version of a new secret the current one as well, until `write`.
 */
const TRIAL = 'genai-trial'

export interface SecretStore {
  /** Account, region and name, as a text. */
  readonly where: string
  /**
   * Creates the secret without a real value, and checks that a value can be written.
   * @param onFailure deletes it again
   * @throws UserError, also if the secret exists already
   */
  make(onFailure: OnFailure): Promise<void>
  /**
   * Checks that a value can be written, without changing the current value.
   * @returns false if there is no such secret
   */
  writable(): Promise<boolean>
  /** Makes this the current value; the previous one gets the label `AWSPREVIOUS`. */
  write(value: string): Promise<void>
  /** Deletes it without a recovery window, because nobody can use it any more. It is no error if it does not exist. */
  remove(): Promise<void>
}

/** @returns undefined if the flag is not given */
export const storeOf = async (
  values: Arguments['values'],
  tenantId: string,
  name: string,
): Promise<SecretStore | undefined> => {
  if (values['secrets-manager'] === true)
    return await openStore(tenantId, name, { aws: values.aws === true, role: String(values.role ?? SECRETS_ROLE) })
  if (values.role !== undefined)
    throw new UserError('--role is for --secrets-manager only.', 'Add it, or leave --role out.')
  return undefined
}

/** @throws UserError if the tenant has no stack file, or if the account does not let the role be assumed */
export async function openStore(tenantId: string, name: string, options: OpenOptions): Promise<SecretStore> {
  const { account, region, clients } = await tenantAccount(tenantId, options, POLICY_COMMAND)
  const id = machineSecretName(tenantId, name)
  const where = `the secret ${id} in Secrets Manager of account ${account} (${region})`
  const call = caller(clients, region)
  const refused = (cause: unknown) =>
    new UserError(
      `${where[0]?.toUpperCase()}${where.slice(1)} cannot be written. ${wordsOf(cause)}`,
      nameOf(cause) === 'ResourceExistsException'
        ? `It is there already. If nobody needs it: npm run tenant -- machine remove ${tenantId} ${name} --secrets-manager`
        : `The policy of the role: npm run tenant -- ${POLICY_COMMAND}`,
      { cause },
    )
  const put = (value: string, stages?: readonly string[]) => {
    // All attempts have one token, so that a call whose answer was lost is carried out once.
    const version = { SecretId: id, SecretString: value, ClientRequestToken: randomUUID() }
    return again(() => call('PutSecretValue', { ...version, ...(stages && { VersionStages: stages }) }))
  }
  const orRefused = async (work: Promise<unknown>): Promise<void> => {
    await work.catch((cause: unknown) => {
      throw refused(cause)
    })
  }
  const remove = () => call('DeleteSecret', { SecretId: id, ForceDeleteWithoutRecovery: true })
  return {
    where,
    async make(onFailure) {
      const Description = `Client id and secret of the machine ${tenantId}.${name}.`
      await orRefused(call('CreateSecret', { Name: id, Description, ClientRequestToken: randomUUID() }))
      onFailure(where, remove)
      await orRefused(put('{}', [TRIAL]))
    },
    async writable() {
      try {
        await put('{}', [TRIAL])
        return true
      } catch (cause) {
        if (nameOf(cause) === 'ResourceNotFoundException') return false
        throw refused(cause)
      }
    },
    write: (value) => orRefused(put(value)),
    remove: () => orRefused(remove()),
  }
}

const ATTEMPTS = 3
const PAUSE_MILLISECONDS = 500

/** Repeats the call until it succeeds or is refused: AWS's refusals are exceptions, other errors are temporary. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      const passes = !/Exception$/.test(nameOf(error)) || nameOf(error) === 'ThrottlingException'
      if (attempt === ATTEMPTS || !passes) throw error
      await setTimeout(attempt * PAUSE_MILLISECONDS)
    }
  }
}

const caller = (clients: Pick<Clients, 'sts'>, region: string) => (operation: string, input: object) =>
  signedCall<unknown>(
    clients,
    { host: `secretsmanager.${region}.amazonaws.com`, region, service: 'secretsmanager', target: 'secretsmanager' },
    operation,
    input,
  )
