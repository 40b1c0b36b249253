/** `aws.oam.Link`: what an account shares with the sink of another account. */
import { AwsError } from '../../../errors.ts'
import { call, calls, changed, lifeCycle, newTags, ownTags, retag, when } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { arn, known, object, others, text, texts, uuid } from '../../../resource/values.ts'
import { SINK } from './sink.ts'
import { letsLink } from './sink-policy.ts'

export const LINK = 'aws:oam/link:Link'

/** The quota of a source account. */
const MAX_LINKS = 5
const METRICS = 'AWS::CloudWatch::Metric'

const invalid = (message: string) => new AwsError('InvalidParameterException', message)

export const link: ResourceType = {
  type: LINK,
  inputs: [
    'labelTemplate',
    'linkConfiguration.logGroupConfiguration.filter',
    'linkConfiguration.metricConfiguration.filter',
    'resourceTypes',
    'sinkIdentifier',
    'tags',
  ],
  required: ['labelTemplate', 'resourceTypes', 'sinkIdentifier'],
  replaces: ['labelTemplate', 'sinkIdentifier'],
  refuse(situation) {
    const { inputs, account, region, ledger } = situation
    const sinkArn = known(inputs, 'sinkIdentifier')
    const types = texts(inputs, 'resourceTypes')
    const to = ledger.findBy(SINK, 'arn', sinkArn)
    if (!to || to.region !== region) throw invalid(`There is no sink ${sinkArn} in ${region}.`)
    if (to.account === account) throw invalid('An account does not link to its own sink.')
    const filter = object(object(inputs, 'linkConfiguration') ?? {}, 'metricConfiguration')
    if (filter && !types.includes(METRICS)) throw invalid(`A filter of metrics needs the resource type ${METRICS}.`)
    if (filter && !/^Namespace (=|!=|(NOT )?LIKE|(NOT )?IN) /.test(text(filter, 'filter') ?? ''))
      throw invalid('The filter of metrics is not valid.')
    const links = others(situation, LINK)
    if (links.some(({ inputs: there }) => there.sinkIdentifier === sinkArn))
      throw new AwsError('ConflictException', 'The account has a link to this sink already.')
    if (links.length >= MAX_LINKS)
      throw new AwsError('ServiceQuotaExceededException', `An account has at most ${MAX_LINKS} links in a region.`)
    if (!letsLink(situation, sinkArn, account, types))
      throw new AwsError(
        'AccessDeniedException',
        `Account ${account} is not authorized to perform: oam:CreateLink on resource: ${sinkArn} because no resource-based policy allows the oam:CreateLink action`,
      )
  },
  answer(situation) {
    const { account, inputs, organization } = situation
    const linkId = uuid(situation)
    const id = arn(situation, 'oam', `link/${linkId}`)
    const { name } = organization.accounts.find((one) => one.id === account) ?? { name: account }
    const label = known(inputs, 'labelTemplate').replaceAll('$AccountName', name)
    return { id, outputs: { arn: id, linkId, label, sinkArn: known(inputs, 'sinkIdentifier') } }
  },
  permissions: lifeCycle((situation, { id }) => {
    const { inputs } = situation
    const types = { 'oam:ResourceTypes': texts(inputs, 'resourceTypes') }
    const on = (action: string, more = {}) => call(`oam:${action}`, id, { ...ownTags(situation), ...more })
    // Sharing takes a permission of the service whose data is shared.
    const shared = calls(...(types['oam:ResourceTypes'].includes(METRICS) ? ['cloudwatch:Link'] : []))
    return {
      create: [
        call('oam:CreateLink', known(inputs, 'sinkIdentifier'), { ...newTags(situation), ...types }),
        call('oam:TagResource', id, newTags(situation)),
        ...shared,
      ],
      read: [on('GetLink'), on('ListTagsForResource')],
      update: [
        ...when(changed(situation, 'resourceTypes', 'linkConfiguration'), on('UpdateLink', types), ...shared),
        ...retag(situation, { add: 'oam:TagResource', remove: 'oam:UntagResource' }, id),
      ],
      delete: [on('DeleteLink')],
    }
  }),
}
