import { AwsError } from '../../../errors.ts'
import { required, structure } from '../../../wire/protocol/shape.ts'
import { ATTRIBUTE_LIST, changeAttributes, readAttributes } from '../attributes.ts'
import { ACCESS_TOKEN, forUser } from '../operation.ts'
import { refuseTakenEmail } from '../taken-email.ts'

const CHANGE = structure({ AccessToken: ACCESS_TOKEN, UserAttributes: required(ATTRIBUTE_LIST) })

/** Changes only attributes that the app client may write. `custom:tenant_id` is not among them. */
export const updateUserAttributes = forUser(CHANGE, async ({ input, pool, client, data, user, now }) => {
  if (input.UserAttributes.some(({ Name }) => !client.canWrite(Name)))
    throw new AwsError('NotAuthorizedException', 'A client attempted to write unauthorized attribute')
  const change = readAttributes(pool.attributes, input.UserAttributes)
  refuseTakenEmail(pool, data, user, change)
  data.put({ ...user, attributes: changeAttributes(pool.attributes, user.attributes, change), modifiedAt: now })
  return {}
})
