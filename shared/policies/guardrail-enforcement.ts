/** The role of `tenant guardrail`, which enforces a tenant's guardrail on every call of the tenant's account, and lifts the enforcement. */
import { type PolicyDocument, policy } from './document.ts'

/** The name in the samples; `--role` names another. */
export const GUARDRAIL_ROLE = 'genai-guardrail'

/** The account's configurations have no ARN. */
export const enforcementPolicy = (): PolicyDocument =>
  policy({
    Sid: 'EnforceGuardrails',
    Effect: 'Allow',
    Action: [
      'bedrock:DeleteEnforcedGuardrailConfiguration',
      'bedrock:ListEnforcedGuardrailsConfiguration',
      'bedrock:PutEnforcedGuardrailConfiguration',
    ],
    Resource: '*',
  })
