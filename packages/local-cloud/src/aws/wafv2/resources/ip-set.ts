/** `aws.wafv2.IpSet`. */
import { isIP } from 'node:net'
import { AwsError, UnsupportedError } from '../../../errors.ts'
import { call, changed, lifeCycle, newTags, ownTags, retag, when } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { arn, autoName, known, texts, uuid } from '../../../resource/values.ts'
import { BY_ID_NAME_AND_SCOPE, invalid, refuseDuplicate, TAGGING } from '../calls.ts'

export const IP_SET = 'aws:wafv2/ipSet:IpSet'

const MOST_ADDRESSES = 10_000

export const ipSet: ResourceType = {
  type: IP_SET,
  inputs: ['name', 'description', 'scope', 'ipAddressVersion', 'addresses', 'tags'],
  required: ['scope', 'ipAddressVersion'],
  named: 'name',
  replaces: ['name', 'scope', 'ipAddressVersion'],
  heldCode: 'WAFAssociatedItemException',
  refuse(situation) {
    const { inputs } = situation
    const scope = known(inputs, 'scope')
    if (scope !== 'REGIONAL') throw new UnsupportedError(`scope "${scope}" of ${IP_SET}`)
    const version = known(inputs, 'ipAddressVersion')
    if (version !== 'IPV4') throw new UnsupportedError(`ipAddressVersion "${version}" of ${IP_SET}`)
    refuseDuplicate(situation, IP_SET)
    const addresses = texts(inputs, 'addresses')
    if (addresses.length > MOST_ADDRESSES)
      throw new AwsError('WAFLimitsExceededException', `An IP set has at most ${MOST_ADDRESSES} addresses`)
    for (const block of addresses) {
      const [address = '', prefix = ''] = block.split('/')
      // WAF accepts every prefix except /0.
      if (isIP(address) !== 4 || !/^([1-9]|[12]\d|3[0-2])$/.test(prefix))
        throw invalid(`${block} is no IPv4 CIDR block`)
    }
  },
  answer(situation) {
    const name = autoName(situation)
    const id = uuid(situation)
    return {
      id,
      outputs: {
        name,
        arn: arn(situation, 'wafv2', `regional/ipset/${name}/${id}`),
        lockToken: situation.stableToken(32, 'lock'),
      },
    }
  },
  permissions: lifeCycle((situation, { outputs }) => {
    const setArn = known(outputs, 'arn')
    const on = (action: string, context = {}) => call(`wafv2:${action}`, setArn, { ...ownTags(situation), ...context })
    return {
      create: [on('CreateIPSet', newTags(situation)), on('TagResource', newTags(situation))],
      read: [on('GetIPSet'), on('ListTagsForResource')],
      update: [
        ...when(changed(situation, 'description', 'addresses'), on('GetIPSet'), on('UpdateIPSet')),
        ...retag(situation, TAGGING, setArn),
      ],
      delete: [on('GetIPSet'), on('DeleteIPSet')],
    }
  }),
  importId: BY_ID_NAME_AND_SCOPE,
}
