/** The roles that deploy, according to the stack files, and the role that the doctor reads with. */
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { accountOfRole } from '../../shared/settings/common.ts'
import type { Identity, Subject, World } from './subjects.ts'

/** Whom an account's questions are asked as. @throws NoAccess */
export async function identityOf(subject: Pick<Subject, 'clients'>): Promise<Identity> {
  const { sts } = await subject.clients()
  const { Arn: arn = '', Account: account = '' } = await sts.send(new GetCallerIdentityCommand({}))
  return { account, arn }
}

/** @returns the role's ARN, where the identity is a session of one of the roles */
export function roleAmong({ account, arn }: Identity, roleArns: readonly string[]): string | undefined {
  // `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION` leaves the role's path out.
  const name = /:assumed-role\/([^/]+)\//.exec(arn)?.[1]
  return roleArns.find((role) => accountOfRole(role) === account && role.split('/').at(-1) === name)
}

/** The roles that deploy the hub and its tenants. */
export function deployersOf({ hub, tenants }: Pick<World, 'hub' | 'tenants'>): readonly string[] {
  const all = [...(hub ? [hub.settings] : []), ...tenants.map(({ settings }) => settings)]
  return [
    ...(hub?.settings.deployers ?? []),
    ...all.flatMap(({ credentials }) => (credentials.kind === 'role' ? [credentials.roleArn] : [])),
  ]
}
