/** `aws.cloudwatch.LogSubscriptionFilter`. */

import { crc32 } from 'node:zlib'
import { AwsError, UnsupportedError } from '../../../errors.ts'
import { idPart } from '../../../resource/import-id.ts'
import { call, lifeCycle } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { arn, autoName, known, others, requireOwn, text } from '../../../resource/values.ts'
import { FUNCTION } from '../../lambda/resources/function.ts'
import { permits } from '../../lambda/resources/permission.ts'
import { parseFilterPattern } from '../filter-pattern.ts'
import { LOG_GROUP, streamsOf } from './log-group.ts'

export const SUBSCRIPTION_FILTER = 'aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter'

/** Who invokes the function, and for which source. An `aws.lambda.Permission` must name both. */
export const LOGS_PRINCIPAL = 'logs.amazonaws.com'

export const logGroupSource = (where: { readonly account: string; readonly region: string }, name: string) =>
  arn(where, 'logs', `log-group:${name}:*`)

/** AWS's quota for a log group, which AWS does not raise. */
const FILTERS_OF_A_GROUP = 2

const NAME = /^[^:*]{1,512}$/

const invalid = (message: string) => new AwsError('InvalidParameterException', message)

export const logSubscriptionFilter: ResourceType = {
  type: SUBSCRIPTION_FILTER,
  inputs: ['name', 'logGroup', 'filterPattern', 'destinationArn', 'distribution'],
  required: ['logGroup', 'filterPattern', 'destinationArn'],
  named: 'name',
  replaces: ['name', 'logGroup', 'destinationArn'],
  defaults: { distribution: 'ByLogStream' },
  heldThrough: [],
  // Deleting a log group deletes its filters. A filter does not prevent the deletion of its function; deliveries are then skipped.
  releases: 'all',
  refuse(situation) {
    const { inputs, ledger } = situation
    const group = known(inputs, 'logGroup')
    requireOwn(situation, LOG_GROUP, group, 'ResourceNotFoundException', 'The specified log group does not exist.')
    const name = autoName(situation)
    if (!NAME.test(name))
      throw invalid(`Value '${name}' at 'filterName' failed to satisfy constraint: Member must match [^:*]*`)
    if (text(inputs, 'distribution') === 'Random') throw new UnsupportedError(`distribution of ${SUBSCRIPTION_FILTER}`)
    parseFilterPattern(text(inputs, 'filterPattern') ?? '')
    const siblings = others(situation, SUBSCRIPTION_FILTER, ['logGroup', group])
    if (siblings.length >= FILTERS_OF_A_GROUP) throw new AwsError('LimitExceededException', 'Resource limit exceeded.')
    const destination = known(inputs, 'destinationArn')
    if (!destination.startsWith('arn:aws:lambda:'))
      throw new UnsupportedError(`the destination ${destination} of ${SUBSCRIPTION_FILTER}: only functions are known`)
    const target = ledger.findBy(FUNCTION, 'arn', destination)
    const there = target?.account === situation.account && target.region === situation.region ? target : undefined
    // AWS tests the function by sending it a message.
    if (!there || !permits(ledger, there, LOGS_PRINCIPAL, logGroupSource(situation, group)))
      throw invalid(
        'Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.',
      )
  },
  answer(situation) {
    const name = autoName(situation)
    // The id as the AWS provider makes it, from the group's name: putting the filter again keeps it.
    const group = crc32(`${text(situation.inputs, 'logGroup') ?? ''}-`)
    const distribution = text(situation.inputs, 'distribution') ?? 'ByLogStream'
    return { id: `cwlsf-${group}`, outputs: { name, distribution, roleArn: '' } }
  },
  permissions: lifeCycle((situation) => {
    const group = streamsOf(arn(situation, 'logs', `log-group:${known(situation.inputs, 'logGroup')}`))
    const on = (action: string) => [call(`logs:${action}`, group)]
    return {
      create: on('PutSubscriptionFilter'),
      read: on('DescribeSubscriptionFilters'),
      update: on('PutSubscriptionFilter'),
      delete: on('DeleteSubscriptionFilter'),
    }
  }),
  importId: {
    format: 'LOGGROUP|FILTER',
    pattern: /^[^|]+\|[^|]+$/,
    of: ({ outputs }) => [`${idPart(outputs, 'logGroup')}|${idPart(outputs, 'name')}`],
  },
}
