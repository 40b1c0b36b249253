/** A declared role, or one that the organisation has before any stack. */
import { AwsError } from '../../../errors.ts'
import { known, text } from '../../../resource/values.ts'
import type { ApiOperation } from '../../../wire/protocol/api.ts'
import type { XmlValue } from '../../../wire/protocol/query.ts'
import { read, required, structure, text as textShape, VALIDATION_EXCEPTIONS } from '../../../wire/protocol/shape.ts'
import { ROLE } from '../resources/role.ts'
import { tagsOf } from './tags.ts'

const INPUT = structure({ RoleName: required(textShape({ min: 1, max: 64, pattern: /^[\w+=,.@-]+$/ })) })

export const getRole: ApiOperation<XmlValue> = async (call) => {
  const { RoleName: name } = read(INPUT, call.input, VALIDATION_EXCEPTIONS)
  const { account, ledger, organization } = call
  const declared = ledger.where(ROLE, 'name', name).find((one) => one.account === account)
  const there = organization.accounts.find(({ id }) => id === account)
  const existing = there?.roles.find((one) => one.name === name)
  const [service] = Object.entries(there?.serviceLinkedRoles ?? {}).find(([, role]) => role === name) ?? []
  // IAM knows a role's path, and none of a role that is not there.
  const path = service === undefined ? (text(declared?.outputs ?? {}, 'path') ?? '/') : `/aws-service-role/${service}/`
  const arn = `arn:aws:iam::${account}:role${path}${name}`
  await call.permit('iam:GetRole', arn)
  if (!declared && !existing && service === undefined)
    throw new AwsError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404)
  const trust = declared
    ? known(declared.outputs, 'assumeRolePolicy')
    : JSON.stringify(existing?.trust ?? trusting(service))
  return {
    Role: {
      Path: path,
      RoleName: name,
      RoleId: text(declared?.outputs ?? {}, 'uniqueId') ?? 'AROAEXISTING0000',
      Arn: arn,
      CreateDate: '2026-01-01T00:00:00Z',
      AssumeRolePolicyDocument: encodeURIComponent(trust),
      Tags: tagsOf(declared?.outputs ?? {}),
    },
  }
}

const trusting = (service = '') => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
})
