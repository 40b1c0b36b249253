/** `aws.cognito.ResourceServer`: the scopes that app clients may be given. */
import { AwsError } from '../../../errors.ts'
import { lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known, objects, others } from '../../../resource/values.ts'
import { poolOf, requirePool } from './user-pool.ts'

export const RESOURCE_SERVER = 'aws:cognito/resourceServer:ResourceServer'

const invalid = (message: string) => new AwsError('InvalidParameterException', message)

export const resourceServer: ResourceType = {
  type: RESOURCE_SERVER,
  inputs: ['identifier', 'name', 'userPoolId', 'scopes.scopeName', 'scopes.scopeDescription'],
  required: ['identifier', 'userPoolId'],
  named: 'name',
  replaces: ['identifier', 'name', 'userPoolId'],
  releases: 'all',
  heldThrough: [],
  refuse(situation) {
    const pool = requirePool(situation)
    const identifier = known(situation.inputs, 'identifier')
    if (!/^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/.test(identifier)) throw invalid(`Invalid identifier '${identifier}'`)
    for (const scope of objects(situation.inputs, 'scopes'))
      if (!/^[\x21\x23-\x2e\x30-\x5b\x5d-\x7e]{1,256}$/.test(known(scope, 'scopeName')))
        throw invalid(`Invalid scope name '${known(scope, 'scopeName')}'`)
    const taken = others(situation, RESOURCE_SERVER, ['identifier', identifier])
    if (taken.some(({ inputs }) => inputs.userPoolId === pool.id))
      throw invalid(`${identifier} already exists in user pool ${pool.id}.`)
  },
  answer({ inputs }) {
    const identifier = known(inputs, 'identifier')
    return {
      id: `${known(inputs, 'userPoolId')}|${identifier}`,
      outputs: { scopeIdentifiers: objects(inputs, 'scopes').map((one) => `${identifier}/${known(one, 'scopeName')}`) },
    }
  },
  permissions: lifeCycle((situation) => {
    const on = poolOf(situation)
    return {
      create: on('CreateResourceServer'),
      read: on('DescribeResourceServer'),
      update: on('UpdateResourceServer'),
      delete: on('DeleteResourceServer'),
    }
  }),
}
