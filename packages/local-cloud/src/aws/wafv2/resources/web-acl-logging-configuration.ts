/** `aws.wafv2.WebAclLoggingConfiguration`. */
import { AwsError } from '../../../errors.ts'
import { call, calls, lifeCycle, serviceLinkedRole } from '../../../resource/permission.ts'
import type { ResourceType } from '../../../resource/resource-type.ts'
import { known } from '../../../resource/values.ts'
import { invalid } from '../calls.ts'
import { WEB_ACL } from './web-acl.ts'

export const webAclLoggingConfiguration: ResourceType = {
  type: 'aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration',
  inputs: ['resourceArn', 'logDestinationConfigs', 'redactedFields.singleHeader.name'],
  required: ['resourceArn', 'logDestinationConfigs'],
  replaces: ['resourceArn', 'logDestinationConfigs'],
  releases: 'all',
  refuse({ inputs, ledger }) {
    if (!ledger.findBy(WEB_ACL, 'arn', known(inputs, 'resourceArn')))
      throw new AwsError('WAFNonexistentItemException', 'The web ACL does not exist.')
    const [destination] = Array.isArray(inputs.logDestinationConfigs) ? inputs.logDestinationConfigs : []
    const group = String(destination).split(':log-group:')[1]?.replace(/:\*$/, '')
    if (group === undefined || !ledger.find('aws:cloudwatch/logGroup:LogGroup', group))
      throw invalid(`The log destination ${String(destination)} is not a log group that exists`)
    if (!group.startsWith('aws-waf-logs-')) throw invalid('The name of a log destination must start with aws-waf-logs-')
  },
  answer: ({ inputs }) => ({ id: known(inputs, 'resourceArn'), outputs: {} }),
  /** For a log group as the destination, WAF makes a resource policy of CloudWatch Logs that allows it to write. */
  permissions: lifeCycle((situation) => {
    const aclArn = known(situation.inputs, 'resourceArn')
    const on = (action: string) => call(`wafv2:${action}`, aclArn)
    const put = [
      serviceLinkedRole(situation, 'wafv2.amazonaws.com', 'AWSServiceRoleForWAFV2Logging'),
      on('PutLoggingConfiguration'),
      ...calls('logs:CreateLogDelivery', 'logs:DescribeLogGroups', 'logs:DescribeResourcePolicies'),
      call('logs:PutResourcePolicy'),
    ]
    return {
      create: put,
      read: [on('GetLoggingConfiguration')],
      update: put,
      delete: [on('DeleteLoggingConfiguration'), ...calls('logs:DeleteLogDelivery')],
    }
  }),
}
