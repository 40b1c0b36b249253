/** Where the keys of tokens come from. */
import { keySetsFunctionName } from '../naming.ts'
import { allow, of } from './deployer-statements.ts'
import type { DeployerScope } from './deployer-tenant.ts'
import type { PolicyStatement } from './document.ts'

/** With `keySetVia: table`. Its table, log group and alarms are among those of the data. */
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
