import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { afterEach, expect, it, vi } from 'vitest'
import { type Inputs, record } from '../../tests/recorder.ts'
import type { Listener } from '../choices.ts'
import { checkHostedZone } from './hosted-zone.ts'

const NAMED = { kind: 'hostedZone', domainName: 'genai.example.com', hostedZoneId: 'Z0123456789' } as const
const warned = vi.spyOn(pulumi.log, 'warn').mockResolvedValue()
afterEach(() => warned.mockClear())

/** @returns what was asked */
async function check(answer: () => Inputs, named: Listener = NAMED): Promise<readonly Inputs[]> {
  const asked: Inputs[] = []
  const invoke = (token: string, inputs: Inputs) => {
    expect(token).toBe('aws:route53/getZone:getZone')
    asked.push(inputs)
    return answer()
  }
  await record(
    async () => {
      const provider = new aws.Provider('checks', { region: 'us-east-1' })
      await checkHostedZone(named, { account: '111111111111', stack: 'hub' }, provider)
      return {}
    },
    { stack: 'hub', answer: () => ({}), invoke },
  )
  return asked
}
const failing = (message: string) => () => {
  // As the engine answers: the SDK reads the details.
  throw Object.assign(new Error(message), { details: message })
}

it('takes the public zone of the name, or of a domain that the name is in', async () => {
  for (const name of ['example.com', 'genai.example.com.', 'com'])
    expect(await check(() => ({ name, privateZone: false }))).toMatchObject([{ zoneId: 'Z0123456789' }])
  expect(warned).not.toHaveBeenCalled()
})

it('asks nothing where the certificate is given, or none is', async () => {
  const certificateArn = 'arn:aws:acm:us-east-1:111111111111:certificate/1'
  for (const named of [
    { kind: 'certificate', domainName: 'genai.example.com', certificateArn },
    { kind: 'insecureHttp' },
  ] as const)
    expect(await check(failing('asked'), named)).toEqual([])
})

it.each([
  [
    'nobody’s',
    failing("reading Route 53 Hosted Zone: couldn't find resource"),
    /^Account 111111111111 has no hosted zone Z0123456789\. Correct hostedZoneId/,
  ],
  [
    'nobody’s, in Route 53’s words',
    failing('NoSuchHostedZone: No hosted zone found'),
    /has no hosted zone Z0123456789/,
  ],
  [
    'a private one',
    () => ({ name: 'example.com', privateZone: true }),
    /\(example\.com\) is a private zone.*Correct hostedZoneId or domainName in Pulumi\.hub\.yaml/,
  ],
  [
    'of another domain',
    () => ({ name: 'example.org', privateZone: false }),
    /is the zone of example\.org, and genai\.example\.com is not in it/,
  ],
  ['of the end of a label', () => ({ name: 'ple.com', privateZone: false }), /is the zone of ple\.com/],
])('refuses one that is %s', async (_what, answer, says) => {
  await expect(check(answer)).rejects.toThrow(says)
})

it('warns where the deployer may not ask, and goes on; any other failure is told', async () => {
  await check(failing('AccessDenied: User is not authorized to perform: route53:GetHostedZone'))
  expect(warned).toHaveBeenCalledExactlyOnceWith(
    expect.stringMatching(/Z0123456789 was not checked.*route53:GetHostedZone/),
  )
  await expect(check(failing('AccessDenied: not authorized to perform sts:AssumeRole'))).rejects.toThrow(
    'sts:AssumeRole',
  )
  await expect(check(failing('Throttling'))).rejects.toThrow('Throttling')
})
