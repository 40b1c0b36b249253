/** `aws.route53.Record`. */

import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { Declared, LedgerView } from '../../../ledger/ledger.ts'
import { idPart } from '../../../resource/import-id.ts'
import { call, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { flag, known, number, objects, text, texts } from '../../../resource/values.ts'
import { requireZone, zoneArn } from '../zones.ts'

export const RECORD = 'aws:route53/record:Record'

const TYPES = ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'TXT']

/** Names are compared without regard to case and a dot at the end. */
const canonicalName = (name: string) => name.toLowerCase().replace(/\.$/, '')

/** The domain of the record's hosted zone. */
const domainOf = (situation: Situation): string =>
  canonicalName(requireZone(situation, known(situation.inputs, 'zoneId')).name)

/** A name may be given without the zone's domain. */
function fqdn(situation: Situation): string {
  const domain = domainOf(situation)
  const name = canonicalName(known(situation.inputs, 'name'))
  return name === domain || name.endsWith(`.${domain}`) ? name : `${name}.${domain}`
}

const refused = (message: string) => new AwsError('InvalidChangeBatch', `[${message}]`)

export const record: ResourceType = {
  type: RECORD,
  inputs: [
    'zoneId',
    'name',
    'type',
    'ttl',
    'records',
    'aliases.name',
    'aliases.zoneId',
    'aliases.evaluateTargetHealth',
    'allowOverwrite',
  ],
  required: ['zoneId', 'name', 'type'],
  // The AWS provider changes a record's type in place: one batch deletes the record and makes the other.
  replaces: ['zoneId', 'name'],
  defaults: { allowOverwrite: false },
  releases: 'all',
  refuse(situation) {
    const { inputs } = situation
    const name = fqdn(situation)
    const type = known(inputs, 'type')
    if (!TYPES.includes(type)) throw new UnsupportedError(`the record type "${type}" of ${RECORD}`)
    const isAlias = objects(inputs, 'aliases').length > 0
    if (isAlias === texts(inputs, 'records').length > 0)
      throw refused(
        `Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords]], for ${name} ${type}`,
      )
    if (!isAlias && number(inputs, 'ttl') === undefined)
      throw refused(`Invalid request: Missing field 'TTL' in Change with ${name} ${type}`)
    const same = sameName(situation, name)
    if (same.some((other) => other.inputs.type === type) && flag(inputs, 'allowOverwrite') !== true)
      throw refused(`Tried to create resource record set [name='${name}.', type='${type}'] but it already exists`)
    const other = same.find((one) => (one.inputs.type === 'CNAME') !== (type === 'CNAME'))
    if (other)
      throw refused(
        `RRSet of type ${type} with DNS name ${name}. is not permitted as it conflicts with other records with the same DNS name in zone`,
      )
    if (type === 'CNAME' && name === domainOf(situation))
      throw refused(`RRSet of type CNAME with DNS name ${name}. is not permitted at apex in zone ${name}.`)
  },
  answer(situation) {
    const name = fqdn(situation)
    const { inputs } = situation
    return { id: `${known(inputs, 'zoneId')}_${name}_${known(inputs, 'type')}`, outputs: { fqdn: name } }
  },
  permissions: lifeCycle(({ inputs }) => {
    const zone = zoneArn(known(inputs, 'zoneId'))
    const change = [
      call('route53:ChangeResourceRecordSets', zone),
      call('route53:GetHostedZone', zone),
      // Route 53 chooses the id of a change.
      call('route53:GetChange', 'arn:aws:route53:::change/*'),
    ]
    return {
      create: change,
      read: [call('route53:GetHostedZone', zone), call('route53:ListResourceRecordSets', zone)],
      update: change,
      delete: [...change, call('route53:ListResourceRecordSets', zone)],
    }
  }),
  importId: {
    format: 'ZONE_NAME_TYPE',
    // The id may contain a set identifier; records are not found by one here.
    pattern: /^[^_]+_.+_[A-Z]+(_.+)?$/,
    of: ({ inputs, outputs }) =>
      [idPart(outputs, 'fqdn'), idPart(inputs, 'name')].map(
        (name) => `${idPart(inputs, 'zoneId')}_${name}_${idPart(inputs, 'type')}`,
      ),
  },
}

const sameName = ({ ledger, inputs, urn }: Situation, name: string): readonly Declared[] =>
  ledger
    .all(RECORD)
    .filter((one) => one.urn !== urn && one.inputs.zoneId === inputs.zoneId && one.outputs.fqdn === name)

/** Whether there is a record with this name, type and value. */
export const hasRecord = (ledger: LedgerView, name: string, type: string, value: string): boolean =>
  ledger
    .all(RECORD)
    .some(
      ({ inputs, outputs }) =>
        inputs.type === type &&
        canonicalName(text(outputs, 'fqdn') ?? '') === canonicalName(name) &&
        texts(inputs, 'records').some((one) => canonicalName(one) === canonicalName(value)),
    )
