/** The role of `tenant guardrail`: it enforces a tenant's guardrail on every call of the tenant's account, or lifts that again. */
import { type PolicyDocument, policy } from './document.ts'

/** As the samples call it; `--role` names another. */
export const GUARDRAIL_ROLE = 'genai-guardrail'

/** The configurations of an account have no ARN. */
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
