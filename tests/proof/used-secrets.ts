/** Every token, key and password that a run of the matrix uses, noted while it is made, so that the report can be searched for them. */
import { vi } from 'vitest'
import type { Testbed } from '../../proof/prove/testbed/testbed.ts'

export interface UsedSecrets {
  readonly tokens: Set<string>
  readonly accessKeys: Set<string>
  readonly apiKeys: Set<string>
  readonly passwords: Set<string>
}

export const noSecrets = (): UsedSecrets => ({
  tokens: new Set(),
  accessKeys: new Set(),
  apiKeys: new Set(),
  passwords: new Set(),
})

/** Notes what the testbed hands out from now on, and what it has already; API keys are noted by who mocks their maker. */
export function noteSecrets(testbed: Testbed, { tokens, accessKeys, passwords }: UsedSecrets): void {
  const { forge, machines, people, pool, platform, suspended } = testbed
  for (const { password, session } of [people.own, people.former, people.disabled, people.signedOut]) {
    passwords.add(password)
    for (const token of Object.values(session)) tokens.add(token)
  }
  tokens.add(suspended.idToken)
  const makers = ['genuine', 'byPool', 'byOtherPool', 'byStranger', 'unsigned', 'byPublicKey', 'accessToken'] as const
  for (const maker of makers) {
    const make = forge[maker] as (...args: unknown[]) => string | Promise<string>
    Object.assign(forge, {
      [maker]: (...args: unknown[]) => {
        const made = make(...args)
        void Promise.resolve(made).then((token) => tokens.add(token))
        return made
      },
    })
  }
  for (const maker of ['byAccount', 'byIssuer', 'byClient'] as const) {
    const make = machines[maker] as (...args: unknown[]) => Promise<string>
    Object.assign(machines, {
      async [maker](...args: unknown[]) {
        const token = await make(...args)
        tokens.add(token)
        return token
      },
    })
  }
  for (const operation of ['signIn', 'refresh'] as const) {
    const sign = pool[operation] as (...args: unknown[]) => ReturnType<typeof pool.signIn>
    Object.assign(pool, {
      async [operation](...args: unknown[]) {
        const step = await sign(...args)
        if (step.ok) for (const token of Object.values(step.value)) tokens.add(token)
        return step
      },
    })
  }
  const { credentials } = platform.cloud
  const issue = credentials.issue.bind(credentials)
  vi.spyOn(credentials, 'issue').mockImplementation((...args) => {
    const issued = issue(...args)
    for (const part of [issued.accessKeyId, issued.secretAccessKey, issued.sessionToken]) accessKeys.add(part)
    return issued
  })
}

/** A report shortens what is long, so a part of a secret counts as the secret. */
const PART = 24

/** Secrets of which the text holds the whole, or a part of what is peculiar to it. */
export function secretsIn(text: string, used: UsedSecrets): readonly string[] {
  return Object.values(used).flatMap((secrets: Set<string>) =>
    [...secrets].filter((secret) => secret.length > 0 && partsOf(secret).some((part) => text.includes(part))),
  )
}

const partsOf = (secret: string): readonly string[] => [secret.slice(0, PART), secret.slice(-PART)]
