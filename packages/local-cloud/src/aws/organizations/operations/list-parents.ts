/** The parent of an account or unit: a unit, or the root. */
import { AwsError } from '../../../errors.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import { read, required, structure, text, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { requireManagement } from '../require-management.ts'
import { findNode, parentOf } from '../tree.ts'

const CHILD = /^(\d{12}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$/

const INPUT = structure({ ChildId: required(text({ max: 100, pattern: CHILD })) })

export const listParents: ApiOperation<object> = async (call) => {
  const { ChildId: id } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  const node = findNode(call.organization, id)
  await call.permit('organizations:ListParents', node?.arn ?? '*')
  requireManagement(call)
  if (!node)
    throw new AwsError('ChildNotFoundException', "We can't find an organizational unit or account with that id.")
  const parent = parentOf(call.organization, node)
  return { Parents: parent ? [{ Id: parent.id, Type: parent.type }] : [] }
}
