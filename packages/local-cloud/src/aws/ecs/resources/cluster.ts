/** `aws.ecs.Cluster`. */
import { AwsError } from '../../../errors.ts'
import { call, changed, lifeCycle, ownTags, retag, serviceLinkedRole, when } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { arn, autoName, objects, others } from '../../../resource/values.ts'
import { CLUSTER, creation, SERVICE, TAGGING } from '../calls.ts'

const NAME = /^[a-zA-Z0-9_-]{1,255}$/

const INSIGHTS = ['enabled', 'disabled', 'enhanced']

const invalid = (message: string) => new AwsError('InvalidParameterException', message)

export const cluster: ResourceType = {
  type: CLUSTER,
  inputs: ['name', 'settings.name', 'settings.value', 'tags'],
  named: 'name',
  replaces: ['name'],
  heldCode: 'ClusterContainsServicesException',
  heldThrough: [`${SERVICE}.cluster`],
  // The provider repeats the deletion for ten minutes while the cluster has services.
  patient: true,
  refuse(situation) {
    const name = autoName(situation)
    if (!NAME.test(name))
      throw invalid('Invalid cluster name: it has 1 to 255 letters, digits, hyphens and underscores')
    // AWS would return the existing cluster if it was made in the same way; then two stacks would own it.
    if (others(situation, CLUSTER, ['name', name]).length > 0)
      throw invalid('Arguments on this idempotent request are inconsistent with arguments used in previous request(s).')
    for (const { name: setting, value } of objects(situation.inputs, 'settings'))
      if (setting !== 'containerInsights' || !INSIGHTS.includes(String(value)))
        throw invalid(`The setting ${setting} = ${value} must be containerInsights = ${INSIGHTS.join(', ')}`)
  },
  answer(situation) {
    const name = autoName(situation)
    const id = arn(situation, 'ecs', `cluster/${name}`)
    return { id, outputs: { name, arn: id } }
  },
  permissions: lifeCycle((situation, { id }) => ({
    create: [
      serviceLinkedRole(situation, 'ecs.amazonaws.com', 'AWSServiceRoleForECS'),
      ...creation(situation, 'CreateCluster', id),
    ],
    read: [call('ecs:DescribeClusters', id, ownTags(situation))],
    update: [
      ...when(changed(situation, 'settings'), call('ecs:UpdateCluster', id, ownTags(situation))),
      ...retag(situation, TAGGING, id),
    ],
    delete: [call('ecs:DeleteCluster', id, ownTags(situation)), call('ecs:DescribeClusters', id, ownTags(situation))],
  })),
  importId: { format: 'CLUSTER', pattern: NAME, of: ({ outputs }) => [String(outputs.name)] },
}
