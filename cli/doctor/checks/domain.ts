import { GetHostedZoneCommand, ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53'
import { zoneMistake, zoneRemedy } from '../../../shared/hosted-zone.ts'
import { type Check, failed, ok } from '../check.ts'
import { ifThere } from '../denied.ts'
import { isDeployed } from '../tagged.ts'

export const domain: Check = {
  id: 'domain',
  of: 'hub',
  question: 'Is the hosted zone there, public and the domain name’s, and the name free?',
  applies: ({ settings }) => settings.listener.kind === 'hostedZone',
  async ask(hub) {
    const { listener } = hub.settings
    if (listener.kind !== 'hostedZone') return []
    const { hostedZoneId: id, domainName } = listener
    const clients = await hub.clients()
    const found = await ifThere(clients.route53.send(new GetHostedZoneCommand({ Id: id })), 'NoSuchHostedZone')
    const zone = found?.HostedZone
    const name = zone?.Name?.replace(/\.$/, '') ?? ''
    const mistake = zoneMistake(listener, hub.account, zone && { name, isPrivate: zone.Config?.PrivateZone === true })
    if (mistake !== undefined) return failed(mistake, zoneRemedy(hub.stack))
    const records = await clients.route53.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: id, StartRecordName: domainName, MaxItems: 10 }),
    )
    const taken = (records.ResourceRecordSets ?? []).filter(
      ({ Name = '', Type = '' }) => Name.replace(/\.$/, '') === domainName && ['A', 'AAAA', 'CNAME'].includes(Type),
    )
    if (taken.length === 0) return ok(`${id} is the public zone of ${name}; ${domainName} is free`)
    const to = taken.map(({ Type, AliasTarget }) => `${Type} → ${AliasTarget?.DNSName ?? 'records'}`).join(', ')
    if (await isDeployed(hub)) return ok(`${domainName}: ${to}, of the hub that is deployed`)
    return failed(
      `${domainName} has a record already: ${to}.`,
      `Delete it, or set another domainName in Pulumi.${hub.stack}.yaml.`,
    )
  },
}
