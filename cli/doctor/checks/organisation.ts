import { ListAWSServiceAccessForOrganizationCommand } from '@aws-sdk/client-organizations'
import { type Answer, type Check, failed, notAsked, ok } from '../check.ts'
import { isDenied, wordsOf } from '../denied.ts'
import { organizationOf } from '../organization.ts'
import type { HubSubject } from '../subjects.ts'

const RAM = 'ram.amazonaws.com'
const SWITCH_ON =
  'Have the management account switch it on: aws ram enable-sharing-with-aws-organization (docs/onboarding.md).'

/** Without sharing in the organisation a share would need an invitation, which AWS does not send to members of the organisation. */
export const organisation: Check = {
  id: 'organisation',
  of: 'hub',
  question: 'Is RAM sharing with the organisation on?',
  applies: ({ settings }) => settings.sharing.kind === 'organisation',
  async ask(hub) {
    const clients = await hub.clients()
    const organization = await organizationOf(clients)
    const named = /\b(o-[a-z0-9]+)/.exec(arnOf(hub))?.[1]
    const id = organization?.Id
    if (id !== named)
      return failed(
        `The hub's account is in ${id === undefined ? 'no organisation' : `the organisation ${id}`}, and shareWithOrganisation names ${named}.`,
        `Correct shareWithOrganisation in Pulumi.${hub.stack}.yaml, or use shareWithAccounts.`,
      )
    try {
      const { EnabledServicePrincipals: services = [] } = await clients.organizations.send(
        new ListAWSServiceAccessForOrganizationCommand({}),
      )
      const names = services.map(({ ServicePrincipal }) => ServicePrincipal)
      if (names.includes(RAM)) return ok(`${id} lists ${RAM}`)
      return failed(`Services that may act in ${id}: ${names.join(', ') || 'none'}.`, SWITCH_ON)
    } catch (error) {
      if (isDenied(error)) return managementOnly(id, organization?.MasterAccountId, error)
      throw error
    }
  },
}

const arnOf = ({ settings }: HubSubject) => (settings.sharing.kind === 'organisation' ? settings.sharing.arn : '')

/** AWS refuses these calls to member accounts, whatever their policies say. */
const managementOnly = (id = '', management = '', error: unknown): Answer =>
  notAsked(
    `The account is in ${id}. Which services may act in it, only the management account ${management} is told. ${wordsOf(error)}`,
    `There: aws organizations list-aws-service-access-for-organization, which must list ${RAM}. ${SWITCH_ON}`,
  )
