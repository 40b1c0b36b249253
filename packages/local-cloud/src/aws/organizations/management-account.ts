import type { Organization } from '../../organization.ts'

/** The management account, which an organisation's ARN contains. */
export const managementAccount = ({ arn }: Pick<Organization, 'arn'>): string => arn.split(':')[4] ?? ''
