import { describe, expect, it } from 'vitest'
import { isAboutSignIn, signedIn, unaskedBecause } from './aws-sign-in.ts'

const to = {
  where: "The hub's account",
  account: '111111111111',
  roleArn: 'arn:aws:iam::111111111111:role/genai-onboarding',
  settings: 'hubRoleArn',
}
const refusedWith = (words: string) => signedIn(to, () => Promise.reject(new Error(words)))

describe('who cannot sign in', () => {
  it.each([
    'User: arn:aws:sts::111111111111:assumed-role/me/x is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111111111111:role/nobody',
    'Cannot assume IAM Role\n\nerror: IAM Role (arn:aws:iam::111111111111:role/nobody) cannot be assumed.',
  ])('is told which role of a chain it was: %s', async (words) => {
    await expect(refusedWith(words)).rejects.toThrow(
      /not reached\. arn:aws:iam::111111111111:role\/nobody is not there/,
    )
  })

  it('is told the role that was to be assumed where AWS names none', async () => {
    await expect(refusedWith('Cannot assume IAM Role')).rejects.toThrow(/genai-onboarding is not there/)
  })

  it('gets what is something else as it is', async () => {
    await expect(refusedWith('Throttled')).rejects.toThrow(/^Throttled$/)
    const refused = (by: string, action: string) =>
      `User: arn:aws:sts::111111111111:assumed-role/${by}/me is not authorized to perform: ${action}`
    const bySso = refused('AWSReservedSSO_Admin_0123', 'ec2:DescribeVpcs')
    await expect(refusedWith(bySso)).rejects.toThrow(new Error(bySso))
    expect([bySso, 'Throttled'].map(isAboutSignIn)).toEqual([false, false])
    const signIn = [
      refused('AWSReservedSSO_Admin_0123', 'sts:AssumeRole'),
      'the SSO session has expired',
      'ExpiredToken',
    ]
    expect(signIn.map(isAboutSignIn)).toEqual([true, true, true])
    expect([bySso, 'Throttled', ...signIn].map(unaskedBecause)).toEqual([
      { unasked: bySso },
      ...Array(4).fill(undefined),
    ])
  })
})
