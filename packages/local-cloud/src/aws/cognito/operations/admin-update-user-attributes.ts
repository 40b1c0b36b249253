import { required, structure } from '../../../wire/protocol/shape.ts'
import { ATTRIBUTE_LIST, changeAttributes, readAttributes } from '../attributes.ts'
import { administrative, POOL_ID, USERNAME } from '../operation.ts'
import { refuseTakenEmail } from '../taken-email.ts'
import { requireUser } from '../users.ts'

const CHANGE = structure({
  UserPoolId: POOL_ID,
  Username: required(USERNAME),
  UserAttributes: required(ATTRIBUTE_LIST),
})

export const adminUpdateUserAttributes = administrative(CHANGE, async ({ input, pool, data, now }) => {
  const user = requireUser(pool, data, input.Username)
  const change = readAttributes(pool.attributes, input.UserAttributes)
  refuseTakenEmail(pool, data, user, change)
  data.put({ ...user, attributes: changeAttributes(pool.attributes, user.attributes, change), modifiedAt: now })
  return {}
})
