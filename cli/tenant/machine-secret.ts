/** A machine's secret in Secrets Manager of the tenant's account: nobody sees it, and this command keeps nothing of it. */
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

/** Flags of the commands that know such a secret. */
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
/** A version with this label is read by nobody who does not ask for the label: it shows that the role may write. */
const TRIAL = 'genai-trial'

export interface SecretStore {
  /** For people: account, region and name. */
  readonly where: string
  /**
   * Makes the secret without anybody's value, and finds out that one can be written.
   * @param onFailure takes it away again
   * @throws UserError, also where there is one already
   */
  make(onFailure: OnFailure): Promise<void>
  /** Finds out that a value can be written, and changes none that is read. @returns false where there is no such secret */
  writable(): Promise<boolean>
  /** From now on this is what is read; what was read before has the label `AWSPREVIOUS`. */
  write(value: string): Promise<void>
  /** At once, because nobody can use it any more. One that is not there is no error. */
  remove(): Promise<void>
}

/** @returns undefined without the flag */
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

/** @throws UserError where the tenant has no stack file, or the account does not let the role in */
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
    // With one token: a call whose answer was lost is done once.
    const version = { SecretId: id, SecretString: value, ClientRequestToken: randomUUID() }
    return again(() => call('PutSecretValue', { ...version, ...(stages && { VersionStages: stages }) }))
  }
  const remove = () => call('DeleteSecret', { SecretId: id, ForceDeleteWithoutRecovery: true })
  return {
    where,
    async make(onFailure) {
      const Description = `Client id and secret of the machine ${tenantId}.${name}.`
      try {
        await call('CreateSecret', { Name: id, Description, ClientRequestToken: randomUUID() })
      } catch (cause) {
        throw refused(cause)
      }
      onFailure(where, remove)
      await put('{}', [TRIAL]).catch((cause: unknown) => {
        throw refused(cause)
      })
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
    async write(value) {
      await put(value).catch((cause: unknown) => {
        throw refused(cause)
      })
    },
    async remove() {
      await remove().catch((cause: unknown) => {
        throw refused(cause)
      })
    },
  }
}

const ATTEMPTS = 3
const PAUSE_MILLISECONDS = 500

/** Goes on until it is done or refused: AWS's refusals are exceptions, other errors pass. */
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
