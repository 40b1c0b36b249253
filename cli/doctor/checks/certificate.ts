import { DescribeCertificateCommand } from '@aws-sdk/client-acm'
import { type Check, failed, ok } from '../check.ts'
import { ifThere } from '../denied.ts'

export const certificate: Check = {
  id: 'certificate',
  of: 'hub',
  question: 'Is the certificate issued, and for the domain name?',
  applies: ({ settings }) => settings.listener.kind === 'certificate',
  async ask(hub) {
    const { listener } = hub.settings
    if (listener.kind !== 'certificate') return []
    const { certificateArn, domainName } = listener
    const { acm } = await hub.clients()
    const asked = new DescribeCertificateCommand({ CertificateArn: certificateArn })
    const found = (await ifThere(acm.send(asked), 'ResourceNotFoundException'))?.Certificate
    const correct = `Correct certificateArn or domainName in Pulumi.${hub.stack}.yaml.`
    if (!found) return failed(`There is no certificate ${certificateArn}.`, correct)
    const names = found.SubjectAlternativeNames ?? [found.DomainName ?? '']
    const said = `${found.Status}, for ${names.join(', ')}${found.NotAfter ? `, until ${found.NotAfter.toISOString().slice(0, 10)}` : ''}`
    if (found.Status !== 'ISSUED') return failed(said, 'Finish its validation in ACM, or renew it.')
    if (!names.some((name) => covers(name, domainName))) return failed(`${said}; not for ${domainName}`, correct)
    return ok(said)
  },
}

/** A wildcard stands for exactly one label. */
const covers = (name: string, domainName: string) =>
  name === domainName || (name.startsWith('*.') && domainName.slice(domainName.indexOf('.')) === name.slice(1))
