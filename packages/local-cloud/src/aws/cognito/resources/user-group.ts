/** `aws.cognito.UserGroup`. */
import { AwsError } from '../../../errors.ts'
import { lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { autoName, known, others } from '../../../resource/values.ts'
import { providerGroup, providersOf } from './identity-provider.ts'
import { poolOf, requirePool } from './user-pool.ts'

export const USER_GROUP = 'aws:cognito/userGroup:UserGroup'

const invalid = (message: string) => new AwsError('InvalidParameterException', message)

export const userGroup: ResourceType = {
  type: USER_GROUP,
  inputs: ['name', 'userPoolId', 'description', 'precedence', 'roleArn'],
  required: ['userPoolId'],
  named: 'name',
  replaces: ['name', 'userPoolId'],
  releases: 'all',
  heldThrough: [],
  refuse(situation) {
    const userPool = requirePool(situation)
    const name = autoName(situation)
    const taken = others(situation, USER_GROUP, ['name', name]).some((other) => other.inputs.userPoolId === userPool.id)
    const ofProvider = providersOf(situation.ledger, userPool.id).some(
      (provider) => providerGroup(userPool.id, provider.name) === name,
    )
    if (taken || ofProvider) throw new AwsError('GroupExistsException', 'A group with the name already exists.')
    if (name.length > 128 || /\s/.test(name)) throw invalid(`Invalid group name '${name}'`)
  },
  answer(situation) {
    const name = autoName(situation)
    return { id: `${known(situation.inputs, 'userPoolId')}/${name}`, outputs: { name } }
  },
  permissions: lifeCycle((situation) => {
    const on = poolOf(situation)
    return { create: on('CreateGroup'), read: on('GetGroup'), update: on('UpdateGroup'), delete: on('DeleteGroup') }
  }),
}
