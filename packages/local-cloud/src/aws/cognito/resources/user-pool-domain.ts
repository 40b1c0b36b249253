/** `aws.cognito.UserPoolDomain`: the host of a pool's token endpoint, by a prefix of AWS's own domain. */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import { call, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known, number, others } from '../../../resource/values.ts'
import { poolOf, requirePool } from './user-pool.ts'

export const USER_POOL_DOMAIN = 'aws:cognito/userPoolDomain:UserPoolDomain'

const invalid = (message: string) => new AwsError('InvalidParameterException', message)

export const userPoolDomain: ResourceType = {
  type: USER_POOL_DOMAIN,
  inputs: ['domain', 'userPoolId', 'certificateArn', 'managedLoginVersion'],
  required: ['domain', 'userPoolId'],
  replaces: ['domain', 'userPoolId'],
  releases: 'all',
  heldThrough: [],
  refuse(situation) {
    const pool = requirePool(situation)
    const domain = known(situation.inputs, 'domain')
    if (situation.inputs.certificateArn !== undefined)
      throw new UnsupportedError(`certificateArn of ${USER_POOL_DOMAIN}`)
    // The newer pages show only an error to an app client that has no branding style, which is another resource.
    if (![undefined, 1].includes(number(situation.inputs, 'managedLoginVersion')))
      throw new UnsupportedError(`managedLoginVersion 2 of ${USER_POOL_DOMAIN}`)
    if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(domain)) throw invalid(`Invalid domain '${domain}'`)
    if (/aws|amazon|cognito/.test(domain))
      throw invalid(`Domain cannot contain reserved word: ${/aws|amazon|cognito/.exec(domain)?.[0]}`)
    // A prefix is unique in a region, among all accounts.
    if (others(situation, USER_POOL_DOMAIN, ['domain', domain]).length > 0)
      throw invalid('Domain already associated with another user pool.')
    if (others(situation, USER_POOL_DOMAIN, ['userPoolId', pool.id]).length > 0)
      throw invalid('User pool already has a domain configured.')
  },
  answer({ inputs, account, region }) {
    const domain = known(inputs, 'domain')
    return {
      id: domain,
      outputs: {
        awsAccountId: account,
        cloudfrontDistribution: `${domain}.auth.${region}.amazoncognito.com`,
        cloudfrontDistributionArn: '',
        cloudfrontDistributionZoneId: '',
        managedLoginVersion: 1,
        s3Bucket: `aws-cognito-prod-${region}-assets`,
        version: '1',
      },
    }
  },
  permissions: lifeCycle((situation) => {
    const on = poolOf(situation)
    return {
      create: on('CreateUserPoolDomain'),
      // The domain may belong to the pool of any account.
      read: [call('cognito-idp:DescribeUserPoolDomain')],
      update: on('UpdateUserPoolDomain'),
      // The provider waits until the domain is deleted.
      delete: [...on('DeleteUserPoolDomain'), call('cognito-idp:DescribeUserPoolDomain')],
    }
  }),
}
