import type { Organization } from '../../organization.ts'

/** The account that an organisation's ARN names. */
export const managementAccount = ({ arn }: Pick<Organization, 'arn'>): string => arn.split(':')[4] ?? ''
