/** Writes a new tenant's stack file, with the comments of the sample files, so that it can be reviewed without them. */
import { stringify } from 'yaml'
import { TASK_TIER_CHOICES, TIER_CHOICES } from '../../shared/compute.ts'
import type { TenantFlags } from './flags.ts'

/** The credentials with which the stack is deployed; by default those of the shell. */
export interface StackCredentials {
  /** The role in the tenant's account. */
  readonly roleArn?: string
  readonly profile?: string
  /** The role in the hub's account. */
  readonly hubRoleArn?: string
  readonly hubProfile?: string
}

export interface StackFile extends Omit<TenantFlags, 'zones' | 'cidrBlock' | 'roleArn'>, StackCredentials {
  readonly project: string
  readonly tenantId: string
  /** For a tenant with a network of its own. */
  readonly network?: { readonly cidrBlock: string; readonly zones: readonly string[] }
}

export function stackFileText(file: StackFile): string {
  const stack = `spoke-${file.tenantId}`
  const models = Object.entries(file.models).map(([name, id]) => `    ${scalar(name)}: ${scalar(id)}`)
  return [
    `# ${file.tenantId}, written by: npm run tenant -- add`,
    `#   pulumi stack init ${stack} && pulumi up -s ${stack}`,
    '# Every setting: docs/settings.md.',
    'config:',
    '  # Every resource names its provider: credentials that happen to be at hand never choose the account.',
    '  pulumi:disable-default-providers: [aws]',
    `  ${file.project}:role: spoke`,
    `  ${file.project}:tenantId: ${scalar(file.tenantId)}`,
    ...(file.hubStack === undefined
      ? []
      : [
          '',
          '  # The hub that the tenant is reached through.',
          `  ${file.project}:hubStack: ${scalar(file.hubStack)}`,
        ]),
    '',
    "  # The tenant's account, and the role in it to deploy with. Quoted: unquoted, YAML drops leading zeros.",
    `  ${file.project}:account: ${JSON.stringify(file.account)}`,
    ...CREDENTIALS.flatMap((name) => {
      const value = file[name]
      return value === undefined ? [] : [`  ${file.project}:${name}: ${scalar(value)}`]
    }),
    ...(file.sharedAccount
      ? [
          '',
          '  # Others are in the account, and say so too. What keeps it from using up their quotas (docs/variants.md).',
          `  ${file.project}:sharedAccount: true`,
          `  ${file.project}:limits:`,
          '    tenant:',
          `      tokensPerMinute: ${file.sharedAccount.tokensPerMinute}`,
        ]
      : []),
    '',
    ...(file.network
      ? [
          "  # Inside of the hub's supernet, and no other tenant's. Zones by their ids: names mean other zones in other accounts.",
          `  ${file.project}:cidrBlock: ${file.network.cidrBlock}`,
          `  ${file.project}:availabilityZoneIds: [${file.network.zones.join(', ')}]`,
        ]
      : [
          '  # The endpoint that the hub shares: no network of its own, no fixed cost, fewer walls (docs/variants.md).',
          `  ${file.project}:modelEndpoint: hub`,
        ]),
    '',
    "  # The names that the tenant's callers use → Bedrock model or inference profile ids.",
    "  # Ask for access to these models in the tenant's account first (docs/onboarding.md).",
    `  ${file.project}:models:`,
    ...models,
    `  ${file.project}:defaultModel: ${scalar(file.defaultModel)}`,
    '',
    ...(file.compute === 'lambda'
      ? ["  # Size of the tenant's function, or figures of your own:", `  # ${TIER_CHOICES}.`]
      : [
          '  # Tasks on Fargate, which stream. Their number and size, or figures of your own:',
          `  # ${TASK_TIER_CHOICES}.`,
          `  ${file.project}:compute: fargate`,
        ]),
    `  ${file.project}:tier: ${file.tier.startsWith('{') ? file.tier : scalar(file.tier)}`,
    '',
  ].join('\n')
}

const CREDENTIALS = ['roleArn', 'profile', 'hubRoleArn', 'hubProfile'] as const satisfies (keyof StackCredentials)[]

/** Quotes a text that YAML would read as something else: a model called `1.0`, an id that ends in a colon. */
const scalar = (text: string) => stringify(text).trimEnd()
