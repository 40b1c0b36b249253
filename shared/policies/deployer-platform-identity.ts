/** Permissions for the table of key sets and the function that fills it. */
import { keySetsFunctionName } from '../naming.ts'
import { allow, of } from './deployer-statements.ts'
import type { DeployerScope } from './deployer-tenant.ts'
import type { PolicyStatement } from './document.ts'

/** Needed with `keySetVia: table`. The permissions for its table, log group and alarms are in deployer-platform-data.ts. */
export const keySets = ({ account, region }: DeployerScope): readonly PolicyStatement[] => [
  allow(
    'EveryMinute',
    of(
      'events',
      'DeleteRule',
      'DescribeRule',
      'ListTagsForResource',
      'ListTargetsByRule',
      'PutRule',
      'PutTargets',
      'RemoveTargets',
      'TagResource',
      'UntagResource',
    ),
    `arn:aws:events:${region}:${account}:rule/${keySetsFunctionName}`,
  ),
  allow(
    'FetchAtDeployment',
    ['lambda:InvokeFunction'],
    `arn:aws:lambda:${region}:${account}:function:${keySetsFunctionName}`,
  ),
  allow(
    'KeySetsMetrics',
    of('logs', 'DeleteMetricFilter', 'DescribeMetricFilters', 'PutMetricFilter'),
    `arn:aws:logs:${region}:${account}:log-group:/aws/lambda/${keySetsFunctionName}:*`,
  ),
]
