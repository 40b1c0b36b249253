/** The tenant's guardrail: made from the rules in the settings, or an existing one of the account. */
import { createHash } from 'node:crypto'
import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { PREFIX } from '../../shared/naming.ts'
import type { GuardrailRules, GuardrailSettings } from '../../shared/settings/of-spoke/guardrail.ts'
import type { TagMap } from '../tags.ts'

export interface GuardrailArgs {
  readonly tenantId: string
  readonly guardrail: GuardrailSettings
  readonly tags: TagMap
}

export interface GuardrailThere {
  readonly arn: pulumi.Input<string>
  readonly version: pulumi.Input<string>
}

export function tenantGuardrail(name: string, args: GuardrailArgs, opts: pulumi.CustomResourceOptions): GuardrailThere {
  const { tenantId, guardrail, tags } = args
  if (guardrail.kind === 'existing') return guardrail
  const policies = policiesOf(guardrail)
  const made = new aws.bedrock.Guardrail(
    name,
    {
      name: `${PREFIX}-${tenantId}`,
      description: `What ${tenantId} may ask its models, and what they may answer`,
      blockedInputMessaging: guardrail.message,
      blockedOutputsMessaging: guardrail.message,
      ...policies,
      tags,
    },
    opts,
  )
  const version = new aws.bedrock.GuardrailVersion(
    name,
    {
      guardrailArn: made.guardrailArn,
      // A version is a copy of its guardrail that does not change. Changed rules need another version; the description with their digest makes
      // the provider replace it.
      description: `Rules ${digestOf({ ...policies, message: guardrail.message })}`,
    },
    opts,
  )
  return { arn: made.guardrailArn, version: version.version }
}

type Policies = Pick<
  aws.bedrock.GuardrailArgs,
  'contentPolicyConfig' | 'sensitiveInformationPolicyConfig' | 'topicPolicyConfig' | 'wordPolicyConfig'
>

function policiesOf({ topics, words, profanity, pii, filters }: GuardrailRules): Policies {
  return {
    ...(topics.length > 0 && {
      topicPolicyConfig: {
        topicsConfigs: topics.map(({ name, definition, examples }) => ({
          name,
          definition,
          type: 'DENY',
          ...(examples.length > 0 && { examples: [...examples] }),
        })),
      },
    }),
    ...((words.length > 0 || profanity) && {
      wordPolicyConfig: {
        ...(words.length > 0 && { wordsConfigs: words.map((text) => ({ text })) }),
        ...(profanity && { managedWordListsConfigs: [{ type: 'PROFANITY' }] }),
      },
    }),
    ...(Object.keys(pii).length > 0 && {
      sensitiveInformationPolicyConfig: {
        piiEntitiesConfigs: sorted(pii).map(([type, action]) => ({ type, action })),
      },
    }),
    ...(Object.keys(filters).length > 0 && {
      contentPolicyConfig: {
        filtersConfigs: sorted(filters).map(([type, strength]) => ({
          type,
          inputStrength: strength,
          // Attacks come in prompts, not in answers: AWS accepts no other strength for answers.
          outputStrength: type === 'PROMPT_ATTACK' ? 'NONE' : strength,
        })),
      },
    }),
  }
}

const sorted = <Value extends string>(map: Readonly<Record<string, Value>>): readonly (readonly [string, Value])[] =>
  Object.entries(map).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

const digestOf = (rules: unknown): string =>
  createHash('sha256').update(JSON.stringify(rules)).digest('hex').slice(0, 16)
