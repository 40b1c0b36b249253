/** The policies that are attached to an account, a unit or the root itself, without inherited ones. */
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { oneOf, read, required, structure, text, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { requireManagement } from '../require-management.ts'
import { attachedTo, nodeOf, summaryOf } from '../tree.ts'

const TARGET = /^(r-[0-9a-z]{4,32}|\d{12}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$/

const INPUT = structure({
  TargetId: required(text({ max: 100, pattern: TARGET })),
  Filter: required(oneOf('SERVICE_CONTROL_POLICY')),
})

export const listPoliciesForTarget: ApiOperation<object> = async (call) => {
  const { TargetId: id, Filter: type } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  const node = nodeOf(call.organization, id)
  await call.permit('organizations:ListPoliciesForTarget', node.arn, { 'organizations:PolicyType': type })
  requireManagement(call)
  return { Policies: attachedTo(call.organization, node).map(summaryOf) }
}
