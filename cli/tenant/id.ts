import { TENANT_ID } from '../../shared/tenant.ts'
import { UserError } from '../verb.ts'

/** @throws UserError unless the text is a tenant's id */
export function tenantIdOf(text: string | undefined): string {
  if (text !== undefined && TENANT_ID.test(text)) return text
  throw new UserError(
    `"${text ?? ''}" is no tenant id.`,
    'An id is a lower-case letter and 1 to 19 lower-case letters or digits, such as tenant3.',
  )
}
