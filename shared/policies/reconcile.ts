/**
 * The role of `genai usage reconcile`, in every tenant's account: it reads what Bedrock counted there. The invocation log has the
 * prompts too, so the statement that reads it is one of its own, and left out where records are not compared one by one; so is the one that reads
 * the bill.
 */
import { type PolicyDocument, policy } from './document.ts'

/** As the samples call it; `--role` names another. */
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
      // Known to IAM without a resource.
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
