/**
 * The role of `genai usage reconcile`, in every tenant's account: it reads Bedrock's metrics there. The invocation log contains prompts, so a
 * separate statement allows to read it, which is left out if records are not compared one by one. The statement for the bill is separate too.
 */
import { type PolicyDocument, policy } from './document.ts'

/** The name in the samples; `--role` names another. */
export const USAGE_ROLE = 'genai-usage'

export const reconcilePolicy = ({
  records,
  bill,
}: {
  readonly records: boolean
  readonly bill: boolean
}): PolicyDocument =>
  policy(
    {
      Sid: 'Counts',
      Effect: 'Allow',
      // IAM has no resource for these.
      Action: ['cloudwatch:GetMetricData', 'cloudwatch:ListMetrics', 'bedrock:GetModelInvocationLoggingConfiguration'],
      Resource: '*',
    },
    ...(records
      ? [
          {
            Sid: 'InvocationLog',
            Effect: 'Allow' as const,
            Action: 'logs:FilterLogEvents',
            Resource: 'arn:aws:logs:*:*:log-group:/genai/*/invocations-*',
          },
        ]
      : []),
    ...(bill ? [{ Sid: 'Bill', Effect: 'Allow' as const, Action: 'ce:GetCostAndUsage', Resource: '*' }] : []),
  )
