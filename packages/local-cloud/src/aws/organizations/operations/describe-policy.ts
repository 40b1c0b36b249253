import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { read, required, structure, text, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { requireManagement } from '../require-management.ts'
import { policyOf, summaryOf } from '../tree.ts'

const INPUT = structure({ PolicyId: required(text({ max: 130, pattern: /^p-[0-9a-zA-Z_]{8,128}$/ })) })

export const describePolicy: ApiOperation<object> = async (call) => {
  const { PolicyId: id } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  const policy = policyOf(call.organization, id)
  const type = 'SERVICE_CONTROL_POLICY'
  await call.permit('organizations:DescribePolicy', policy.arn, { 'organizations:PolicyType': type })
  requireManagement(call)
  return { Policy: { PolicySummary: summaryOf(policy), Content: JSON.stringify(policy.document) } }
}
