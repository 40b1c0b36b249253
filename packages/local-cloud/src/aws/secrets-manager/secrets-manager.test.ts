/** What Secrets Manager answers, and what it asks of IAM. */
import { beforeEach, describe, expect, it } from 'vitest'
import { Ledger } from '../../ledger/ledger.ts'
import type { ApiCall } from '../../wire/protocol/api.ts'
import { SECRETS_MANAGER } from './api.ts'

const { operations } = SECRETS_MANAGER
const ACCOUNT = '222222222222'
const ARN = new RegExp(`^arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:genai/t/x-[0-9a-f]{6}$`)
const TOKEN = (n: number) => `00000000-0000-4000-8000-00000000000${n}`

let ledger: Ledger
let asked: (readonly [action: string, resource: string | undefined])[]
beforeEach(() => {
  ledger = new Ledger()
  asked = []
})

async function call(operation: string, input: object, where: { account?: string; region?: string } = {}) {
  const permit = async (action: string, resource?: string) => void asked.push([action, resource])
  const made = { ledger, account: ACCOUNT, region: 'us-east-1', now: () => 1000, input, permit, ...where }
  return (await operations[operation]?.(made as unknown as ApiCall)) as Record<string, unknown>
}
const create = (n = 1) => call('CreateSecret', { Name: 'genai/t/x', ClientRequestToken: TOKEN(n) })
const put = (n: number, SecretString: string, VersionStages?: string[]) =>
  call('PutSecretValue', {
    SecretId: 'genai/t/x',
    ClientRequestToken: TOKEN(n),
    SecretString,
    ...(VersionStages && { VersionStages }),
  })
const get = (VersionStage?: string) =>
  call('GetSecretValue', { SecretId: 'genai/t/x', ...(VersionStage && { VersionStage }) })

describe('a secret', () => {
  it('is empty at first; its first version is current whatever its label, and a later one only without a label', async () => {
    expect(await create()).toEqual({ ARN: expect.stringMatching(ARN), Name: 'genai/t/x' })
    await expect(get()).rejects.toMatchObject({ code: 'ResourceNotFoundException' })
    expect(await put(2, 'a', ['trial'])).toMatchObject({ VersionStages: ['trial', 'AWSCURRENT'] })
    expect(await put(3, 'b')).toMatchObject({ VersionId: TOKEN(3), VersionStages: ['AWSCURRENT'] })
    await put(4, 'c', ['trial'])
    expect(await get()).toMatchObject({ SecretString: 'b', VersionStages: ['AWSCURRENT'] })
    expect(await get('AWSPREVIOUS')).toMatchObject({ SecretString: 'a' })
    expect(await get('trial')).toMatchObject({ SecretString: 'c' })
  })

  it('ignores a repeated request: the version of a used token does not become the current one again', async () => {
    await create()
    await put(2, 'a')
    await put(3, 'b')
    expect(await put(2, 'a')).toMatchObject({ VersionId: TOKEN(2) })
    expect(await get()).toMatchObject({ VersionId: TOKEN(3), SecretString: 'b' })
  })

  it('is one of its account and region', async () => {
    await create()
    await expect(create()).rejects.toMatchObject({ code: 'ResourceExistsException' })
    const elsewhere = call('GetSecretValue', { SecretId: 'genai/t/x' }, { account: '333333333333' })
    await expect(elsewhere).rejects.toMatchObject({ code: 'ResourceNotFoundException' })
    const inAnother = call(
      'PutSecretValue',
      { SecretId: 'genai/t/x', ClientRequestToken: TOKEN(2), SecretString: 'a' },
      { region: 'us-west-2' },
    )
    await expect(inAnother).rejects.toMatchObject({ code: 'ResourceNotFoundException' })
  })

  it('is asked for by its ARN, each operation with its own action', async () => {
    const { ARN: arn } = await create()
    await put(2, 'a')
    await get()
    await call('DeleteSecret', { SecretId: arn, ForceDeleteWithoutRecovery: true })
    expect(asked.map(([action]) => action)).toEqual(
      ['CreateSecret', 'PutSecretValue', 'GetSecretValue', 'DeleteSecret'].map((name) => `secretsmanager:${name}`),
    )
    // The ARN that a new secret gets is not known before.
    expect(asked.slice(1).map(([, resource]) => resource)).toEqual([arn, arn, arn])
  })

  it('that is deleted with a window keeps its name, and one by force is gone at once, there or not', async () => {
    await create()
    await call('DeleteSecret', { SecretId: 'genai/t/x', RecoveryWindowInDays: 7 })
    await expect(put(2, 'a')).rejects.toMatchObject({ code: 'InvalidRequestException' })
    await expect(create()).rejects.toMatchObject({ code: 'InvalidRequestException' })
    for (const _ of [1, 2]) await call('DeleteSecret', { SecretId: 'genai/t/x', ForceDeleteWithoutRecovery: true })
    await create()
  })
})

describe('refused is', () => {
  const made = { Name: 'genai/t/x', ClientRequestToken: TOKEN(1) }
  it.each<[string, string, object, object]>([
    ['a request without a token', 'CreateSecret', { Name: 'x' }, { code: 'InvalidRequestException' }],
    ['a name with a blank', 'CreateSecret', { ...made, Name: 'a b' }, { code: 'ValidationException' }],
    [
      'a key of one’s own',
      'CreateSecret',
      { ...made, KmsKeyId: 'alias/x' },
      { message: expect.stringContaining("'kmsKeyId'") },
    ],
    ['a deletion of nothing', 'DeleteSecret', { SecretId: 'none' }, { code: 'ResourceNotFoundException' }],
    [
      'two kinds of deletion',
      'DeleteSecret',
      { SecretId: 'x', ForceDeleteWithoutRecovery: true, RecoveryWindowInDays: 7 },
      { code: 'InvalidParameterException' },
    ],
    ['a short window', 'DeleteSecret', { SecretId: 'x', RecoveryWindowInDays: 1 }, { code: 'ValidationException' }],
  ])('%s', async (_, operation, input, error) => {
    await expect(call(operation, input)).rejects.toMatchObject(error)
  })

  it('another value under a token that was used, without repeating it', async () => {
    await create()
    await put(2, 'a')
    await put(2, 'a')
    const again = await put(2, 'secret-b').catch((error: unknown) => error)
    expect(again).toMatchObject({ code: 'ResourceExistsException' })
    expect(String(again)).not.toContain('secret-b')
  })
})
