/** The `Describe*` operations, one entry each, answered from the declared resources. */
import { AwsError } from '../../../errors.ts'
import { known, number, text, texts } from '../../../resource/values.ts'
import type { ApiCall, ApiOperation } from '../../../wire/protocol/api.ts'
import type { XmlValue } from '../../../wire/protocol/query.ts'
import { integerText, list, type Refusals, read, structure, text as textShape } from '../../../wire/protocol/shape.ts'
import { declaredOf, type Row } from '../../described.ts'
import { LISTENER, LISTENER_RULE, TARGET_GROUP } from '../listener-actions.ts'
import { LOAD_BALANCER } from '../resources/load-balancer.ts'

const REFUSALS: Refusals = {
  serialization: (message) => new AwsError('ValidationError', message),
  validation: (message) => new AwsError('ValidationError', message),
}

const TEXTS = list(textShape({ max: 1024 }), { max: 400 })
const PAGE = 400

interface Described {
  readonly set: string
  readonly rows: (call: ApiCall) => readonly Row[]
  /** For each parameter the value of a row that it selects by, and AWS's error code if no row has it. */
  readonly by: Readonly<Record<string, readonly [filter: string, code: string]>>
}

const DESCRIBED: Readonly<Record<string, Described>> = {
  DescribeLoadBalancers: {
    set: 'LoadBalancers',
    by: { Names: ['name', 'LoadBalancerNotFound'], LoadBalancerArns: ['arn', 'LoadBalancerNotFound'] },
    rows: (call) =>
      declaredOf(call, LOAD_BALANCER).map(({ id, outputs }) => ({
        id,
        filters: { name: [known(outputs, 'name')], arn: [id] },
        answer: {
          LoadBalancerArn: id,
          LoadBalancerName: known(outputs, 'name'),
          DNSName: text(outputs, 'dnsName'),
          Scheme: outputs.internal === true ? 'internal' : 'internet-facing',
          Type: 'application',
          State: { Code: 'active' },
          VpcId: text(outputs, 'vpcId'),
          SecurityGroups: [...texts(outputs, 'securityGroups')],
        },
      })),
  },
  DescribeListeners: {
    set: 'Listeners',
    by: { LoadBalancerArn: ['loadBalancer', 'LoadBalancerNotFound'], ListenerArns: ['arn', 'ListenerNotFound'] },
    rows: (call) =>
      declaredOf(call, LISTENER).map(({ id, outputs }) => ({
        id,
        filters: { loadBalancer: [known(outputs, 'loadBalancerArn')], arn: [id] },
        answer: {
          ListenerArn: id,
          LoadBalancerArn: known(outputs, 'loadBalancerArn'),
          Port: number(outputs, 'port'),
          Protocol: text(outputs, 'protocol'),
        },
      })),
  },
  DescribeRules: {
    set: 'Rules',
    by: { ListenerArn: ['listener', 'ListenerNotFound'], RuleArns: ['arn', 'RuleNotFound'] },
    rows: (call) =>
      declaredOf(call, LISTENER_RULE).map(({ id, outputs }) => ({
        id,
        filters: { listener: [known(outputs, 'listenerArn')], arn: [id] },
        answer: { RuleArn: id, Priority: String(number(outputs, 'priority')), IsDefault: false },
      })),
  },
  DescribeTargetGroups: {
    set: 'TargetGroups',
    by: { Names: ['name', 'TargetGroupNotFound'], TargetGroupArns: ['arn', 'TargetGroupNotFound'] },
    rows: (call) =>
      declaredOf(call, TARGET_GROUP).map(({ id, outputs }) => ({
        id,
        filters: { name: [known(outputs, 'name')], arn: [id] },
        answer: {
          TargetGroupArn: id,
          TargetGroupName: known(outputs, 'name'),
          TargetType: text(outputs, 'targetType'),
        },
      })),
  },
}

const operation = (name: string, { set, by, rows }: Described): ApiOperation<XmlValue> => {
  const members = Object.keys(by).map((key) => [key, key.endsWith('s') ? TEXTS : textShape({ max: 1024 })])
  const shape = structure({
    ...Object.fromEntries(members),
    Marker: textShape(),
    PageSize: integerText({ min: 1, max: PAGE }),
  })
  return async (call) => {
    const input = read(shape, call.input, REFUSALS) as Readonly<Record<string, string | number | readonly string[]>>
    await call.permit(`elasticloadbalancing:${name}`)
    let found = rows(call)
    for (const [parameter, [filter, code]] of Object.entries(by)) {
      const given = input[parameter]
      if (given === undefined) continue
      const values = [given].flat().map(String)
      const all = found
      const missing = values.find((value) => !all.some((one) => one.filters[filter]?.includes(value)))
      // A listener may have no rules, and a load balancer no listener. But what the caller names must exist.
      if (missing !== undefined && filter !== 'listener' && filter !== 'loadBalancer')
        throw new AwsError(code, `One or more of these were not found: ${missing}`)
      found = found.filter((one) => one.filters[filter]?.some((value) => values.includes(value)))
    }
    const from = Number(input.Marker ?? 0)
    const end = from + Number(input.PageSize ?? PAGE)
    return {
      [set]: found.slice(from, end).map(({ answer }) => answer),
      NextMarker: end < found.length ? String(end) : undefined,
    }
  }
}

export const described: Readonly<Record<string, ApiOperation<XmlValue>>> = Object.fromEntries(
  Object.entries(DESCRIBED).map(([name, one]) => [name, operation(name, one)]),
)
