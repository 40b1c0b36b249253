/** A role, declared or not. */
import { AwsError } from '../../../errors.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import type { XmlValue } from '../../../wire/protocol/query.ts'
import { read, required, structure, text, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { findRole } from '../find-role.ts'
import { tagList } from './tags.ts'

const INPUT = structure({ RoleName: required(text({ min: 1, max: 64, pattern: /^[\w+=,.@-]+$/ })) })

export const getRole: ApiOperation<XmlValue> = async (call) => {
  const { RoleName: name } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  const found = findRole(call, name)
  // IAM checks the permission on the role's ARN with its path. For a role that does not exist it knows no path.
  await call.permit('iam:GetRole', found?.arn ?? `arn:aws:iam::${call.account}:role/${name}`)
  if (!found) throw new AwsError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404)
  return {
    Role: {
      Path: found.path,
      RoleName: name,
      RoleId: found.uniqueId,
      Arn: found.arn,
      CreateDate: '2026-01-01T00:00:00Z',
      AssumeRolePolicyDocument: encodeURIComponent(found.trust),
      Tags: tagList(found.tags),
    },
  }
}
