import { DescribeOrganizationCommand, type Organization } from '@aws-sdk/client-organizations'
import type { Clients } from './clients.ts'
import { ifThere } from './denied.ts'

/** @returns undefined for an account that is in no organisation */
export async function organizationOf({
  organizations,
}: Pick<Clients, 'organizations'>): Promise<Organization | undefined> {
  const asked = organizations.send(new DescribeOrganizationCommand({}))
  return (await ifThere(asked, 'AWSOrganizationsNotInUseException'))?.Organization
}
