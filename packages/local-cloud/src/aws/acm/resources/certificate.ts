/** `aws.acm.Certificate`. */

import { createHash } from 'node:crypto'
import { AwsError, UnsupportedError } from '../../../errors.ts'
import type { Declared, LedgerView, Properties } from '../../../ledger/ledger.ts'
import type { Organization } from '../../../organization.ts'
import { call, changed, lifeCycle, newTags, retag, when } from '../../../resource/permission.ts'
import type { ResourceType, Situation } from '../../../resource/resource-type.ts'
import { arn, known, objects, text, texts, uuid } from '../../../resource/values.ts'
import { DISTRIBUTION } from '../../cloudfront/names.ts'
import { hasRecord } from '../../route53/resources/record.ts'

export const CERTIFICATE = 'aws:acm/certificate:Certificate'

/** A domain name, with or without a wildcard as its first label. */
const DOMAIN = /^(\*\.)?(([a-z0-9]|[a-z0-9][a-z0-9-]{0,61}[a-z0-9])\.)+[a-z]{2,63}$/i

const namesOf = (inputs: Properties) => [known(inputs, 'domainName'), ...texts(inputs, 'subjectAlternativeNames')]

export const certificate: ResourceType = {
  type: CERTIFICATE,
  inputs: ['domainName', 'subjectAlternativeNames', 'validationMethod', 'keyAlgorithm', 'tags'],
  required: ['domainName'],
  replaces: ['domainName', 'subjectAlternativeNames', 'validationMethod', 'keyAlgorithm'],
  heldCode: 'ResourceInUseException',
  heldThrough: ['aws:lb/listener:Listener.certificateArn', `${DISTRIBUTION}.viewerCertificate`],
  refuse({ inputs }) {
    const method = text(inputs, 'validationMethod')
    if (method !== 'DNS')
      throw new UnsupportedError(`validationMethod "${method ?? 'none'}" of ${CERTIFICATE}: use "DNS"`)
    for (const name of namesOf(inputs))
      if (!DOMAIN.test(name) || name.length > 253)
        throw new AwsError(
          'ValidationException',
          `Value '${name}' at 'domainName' failed to satisfy constraint: Member must satisfy a domain name's pattern`,
        )
    // This limit is for the common name (RFC 5280); the other names may be longer.
    if (known(inputs, 'domainName').length > 64)
      throw new AwsError(
        'InvalidDomainValidationOptionsException',
        'The first domain name can be no longer than 64 characters',
      )
  },
  answer(situation) {
    const { inputs } = situation
    const id = arn(situation, 'acm', `certificate/${uuid(situation)}`)
    return {
      id,
      outputs: {
        arn: id,
        type: 'AMAZON_ISSUED',
        // The status when the certificate is requested. `isIssued` says what it is later.
        status: 'PENDING_VALIDATION',
        keyAlgorithm: text(inputs, 'keyAlgorithm') ?? 'RSA_2048',
        subjectAlternativeNames: [...new Set(namesOf(inputs))],
        domainValidationOptions: namesOf(inputs).map((name) => validationOption(situation, name)),
        validationEmails: [],
      },
    }
  },
  permissions: lifeCycle((situation, { outputs }) => {
    const certificateArn = known(outputs, 'arn')
    const on = (action: string, context = {}) => call(`acm:${action}`, certificateArn, context)
    return {
      create: [
        call('acm:RequestCertificate', '*', {
          ...newTags(situation),
          'acm:DomainNames': [
            known(situation.inputs, 'domainName'),
            ...texts(situation.inputs, 'subjectAlternativeNames'),
          ],
          'acm:ValidationMethod': text(situation.inputs, 'validationMethod') ?? 'NONE',
        }),
        on('AddTagsToCertificate', newTags(situation)),
      ],
      read: [on('DescribeCertificate'), on('ListTagsForCertificate')],
      update: [
        ...when(changed(situation, 'options'), on('UpdateCertificateOptions')),
        ...retag(
          situation,
          { add: 'acm:AddTagsToCertificate', remove: 'acm:RemoveTagsFromCertificate' },
          certificateArn,
        ),
      ],
      delete: [on('DeleteCertificate')],
    }
  }),
}

/** The record that proves who owns the domain: the same for a name and its wildcard, and for every certificate of an account. */
function validationOption(situation: Situation, domainName: string): Properties {
  const domain = domainName.replace(/^\*\./, '')
  const token = (part: string) =>
    createHash('sha256').update(`${situation.account} ${part} ${domain}`).digest('hex').slice(0, 32)
  return {
    domainName,
    resourceRecordName: `_${token('name')}.${domain}.`,
    resourceRecordType: 'CNAME',
    resourceRecordValue: `_${token('value')}.acm-validations.aws.`,
  }
}

/** Whether a certificate existed before, or is a requested one whose records all exist. */
export function isIssued(ledger: LedgerView, organization: Organization, certificateArn: string): boolean {
  if (existing(organization, certificateArn) !== undefined) return true
  const requested = ledger.find(CERTIFICATE, certificateArn)
  return requested !== undefined && missingRecords(ledger, requested).length === 0
}

/** Names that a certificate is for. */
export function namesOfCertificate(
  ledger: LedgerView,
  organization: Organization,
  certificateArn: string,
): readonly string[] {
  const name = existing(organization, certificateArn)
  if (name !== undefined) return [name]
  const requested = ledger.find(CERTIFICATE, certificateArn)
  return requested ? namesOf(requested.inputs) : []
}

export const existing = (organization: Organization, certificateArn: string): string | undefined =>
  organization.accounts.find(({ id }) => id === certificateArn.split(':')[4])?.certificates?.[certificateArn]

export const missingRecords = (ledger: LedgerView, { outputs }: Declared): readonly string[] =>
  objects(outputs, 'domainValidationOptions')
    .filter((option) => {
      const value = known(option, 'resourceRecordValue')
      return !hasRecord(ledger, known(option, 'resourceRecordName'), 'CNAME', value)
    })
    .map((option) => known(option, 'resourceRecordName'))
