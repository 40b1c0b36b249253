import { beforeEach, describe, expect, it } from 'vitest'
import type { Properties } from '../../../ledger/ledger.ts'
import { GatewayDeclarer, notFound } from '../../../testing/gateway.ts'

const LISTENER = 'aws:lb/listener:Listener'

const CERTIFICATE = 'aws:acm/certificate:Certificate'

const VALIDATION = 'aws:acm/certificateValidation:CertificateValidation'

const RECORD = 'aws:route53/record:Record'

const ZONE = 'Z0123456789EXAMPLEHUB'

let cloud: GatewayDeclarer

beforeEach(async () => {
  cloud = await new GatewayDeclarer().prepare()
})

describe('a listener', () => {
  const https = (certificateArn: string): Properties => ({
    port: 443,
    protocol: 'HTTPS',
    certificateArn,
    defaultActions: [notFound],
  })

  it('for HTTPS needs a certificate that is issued, and that is when the DNS record is there', async () => {
    const loadBalancerArn = (await cloud.loadBalancer()).id
    const certificate = await cloud.make(CERTIFICATE, 'c', { domainName: 'genai.example.com', validationMethod: 'DNS' })
    const listener = { loadBalancerArn, ...https(certificate.id) }
    expect(await cloud.refusal(LISTENER, 'l', { ...listener, certificateArn: 'arn:aws:acm:x' })).toContain(
      'CertificateNotFound',
    )
    expect(await cloud.refusal(LISTENER, 'l', listener)).toContain('UnsupportedCertificate')
    expect(await cloud.refusal(VALIDATION, 'v', { certificateArn: certificate.id })).toContain(
      "last state: 'PENDING_VALIDATION'",
    )

    const [option] = certificate.outputs.domainValidationOptions as readonly Properties[]
    const record = { zoneId: ZONE, name: option?.resourceRecordName ?? '', type: 'CNAME', ttl: 60 }
    await cloud.make(RECORD, 'r', { ...record, records: ['_other.acm-validations.aws.'] })
    expect(await cloud.refusal(VALIDATION, 'v', { certificateArn: certificate.id })).toContain('Timeout')
    await cloud.make(RECORD, 'r', { ...record, records: [option?.resourceRecordValue ?? ''] })
    await cloud.make(VALIDATION, 'v', { certificateArn: certificate.id })
    await cloud.make(LISTENER, 'l', listener)
    expect(cloud.holders(certificate)).toEqual([LISTENER])
  })

  it('refuses a port twice, a policy or certificate without TLS, an unknown policy', async () => {
    const { inputs } = await cloud.listener()
    expect(await cloud.refusal(LISTENER, 'again', inputs)).toContain('DuplicateListener')
    const refusal = (changed: Properties) => cloud.refusal(LISTENER, 'l', { ...inputs, port: 8080, ...changed })
    expect(await refusal({ sslPolicy: 'ELBSecurityPolicy-2016-08' })).toContain('InvalidConfigurationRequest')
    expect(await refusal({ protocol: 'HTTPS' })).toContain('A certificate must be specified')
    expect(await refusal({ loadBalancerArn: 'arn:none' })).toContain('LoadBalancerNotFound')
    expect(await refusal({ defaultActions: [{ type: 'forward', targetGroupArn: 'arn:none' }] })).toContain(
      'TargetGroupNotFound',
    )
  })
})
