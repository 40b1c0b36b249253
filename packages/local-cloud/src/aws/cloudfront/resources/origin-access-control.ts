/** `aws.cloudfront.OriginAccessControl`. */
import { AwsError, UnsupportedError } from '../../../errors.ts'
import { call, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { autoName, known } from '../../../resource/values.ts'
import { DISTRIBUTION, etagOf, newId, ORIGIN_ACCESS_CONTROL } from '../names.ts'

const invalid = (message: string) => new AwsError('InvalidArgument', message)

export const originAccessControl: ResourceType = {
  type: ORIGIN_ACCESS_CONTROL,
  inputs: ['name', 'description', 'originAccessControlOriginType', 'signingBehavior', 'signingProtocol'],
  required: ['originAccessControlOriginType', 'signingBehavior', 'signingProtocol'],
  named: 'name',
  replaces: [],
  heldCode: 'OriginAccessControlInUse',
  heldThrough: [`${DISTRIBUTION}.origins`],
  refuse(situation) {
    const { inputs, ledger, account, urn } = situation
    const name = autoName(situation)
    if (name.length > 64) throw invalid('The name of an origin access control has 64 characters at most.')
    const type = known(inputs, 'originAccessControlOriginType')
    if (type !== 's3') throw new UnsupportedError(`originAccessControlOriginType "${type}" of ${ORIGIN_ACCESS_CONTROL}`)
    if (!['always', 'never', 'no-override'].includes(known(inputs, 'signingBehavior')))
      throw invalid('signingBehavior must be always, never or no-override')
    if (inputs.signingProtocol !== 'sigv4') throw invalid('signingProtocol must be sigv4')
    if (
      ledger
        .all(ORIGIN_ACCESS_CONTROL)
        .some((one) => one.account === account && one.urn !== urn && one.outputs.name === name)
    )
      throw new AwsError(
        'OriginAccessControlAlreadyExists',
        'An origin access control with the specified parameters already exists.',
        409,
      )
  },
  answer(situation) {
    const id = newId(situation)
    return {
      id,
      outputs: {
        name: autoName(situation),
        arn: `arn:aws:cloudfront::${situation.account}:origin-access-control/${id}`,
        etag: etagOf(situation),
      },
    }
  },
  permissions: lifeCycle((_, { outputs }) => {
    const on = (action: string) => [call(`cloudfront:${action}OriginAccessControl`, known(outputs, 'arn'))]
    return {
      create: [call('cloudfront:CreateOriginAccessControl')],
      read: on('Get'),
      update: on('Update'),
      delete: on('Delete'),
    }
  }),
}
