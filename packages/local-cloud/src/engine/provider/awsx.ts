/** The provider `awsx`: remote components. Their children are registered with the engine that calls. */
import type { IResourceProviderServer } from '@pulumi/pulumi/proto/provider_grpc_pb.js'
import messages, { type ConstructRequest } from '@pulumi/pulumi/proto/provider_pb.js'
import {
  AWSX_VPC,
  AWSX_VPC_INPUTS,
  handedOut,
  type PlannedResource,
  planVpc,
  type Reference,
  resolved,
} from '../../aws/ec2/awsx-vpc.ts'
import { UnsupportedError } from '../../errors.ts'
import type { Properties, Value } from '../../ledger/ledger.ts'
import { checkInputs } from '../../resource/declare.ts'
import { reference, UNKNOWN } from '../wire-values.ts'
import { common } from './common.ts'
import { openMonitor, type Registered } from './monitor.ts'
import { awsxSchema, versionOf } from './schema.ts'
import { unary } from './unary.ts'
import { received, sent, unwrapped } from './values.ts'

export function awsxProvider(): IResourceProviderServer {
  return {
    ...common({ version: versionOf('@pulumi/awsx'), schema: awsxSchema, opened: () => undefined }),
    construct: unary(construct),
  }
}

/** The same plan of a network as in the in-process engine. Each child is registered when the resources that it refers to were made. */
async function construct(request: ConstructRequest) {
  const type = request.getType()
  if (type !== AWSX_VPC) throw new UnsupportedError(`the remote component ${type}`)
  const name = request.getName()
  const inputs = unwrapped(received(request.getInputs()))
  checkInputs({ type, inputs: AWSX_VPC_INPUTS }, inputs)
  const plan = planVpc(name, inputs)
  const monitor = openMonitor(request)
  try {
    const component = await monitor.registerComponent(inputs)
    const made = new Map<string, Promise<Registered>>()
    const outputOf = async ({ of, output }: Reference): Promise<Value> => {
      const resource = await made.get(of)
      return (output === 'id' ? resource?.id || undefined : resource?.outputs[output]) ?? UNKNOWN
    }
    for (const planned of plan.resources) {
      const parent = planned.parent === undefined ? component : made.get(planned.parent)
      made.set(planned.key, register(planned, parent))
    }
    async function register(planned: PlannedResource, parent: Promise<string | Registered> | string | undefined) {
      const above = await parent
      const references = Object.entries(planned.inputs).flatMap(([input, value]) =>
        isReference(value) ? [{ input, value }] : [],
      )
      const values = new Map<string, Value>()
      const dependencies: Record<string, readonly string[]> = {}
      for (const { input, value } of references) {
        values.set(keyOf(value), await outputOf(value))
        dependencies[input] = [(await made.get(value.of))?.urn ?? '']
      }
      return await monitor.register({
        type: planned.type,
        name: planned.name,
        parent: typeof above === 'object' ? above.urn : (above ?? component),
        inputs: resolved(planned.inputs, (reference) => values.get(keyOf(reference)) ?? UNKNOWN),
        dependencies,
      })
    }
    const registered = new Map(await Promise.all([...made].map(async ([key, one]) => [key, await one] as const)))
    const referenceTo = (key: string) => reference(registered.get(key)?.urn ?? '', registered.get(key)?.id ?? '')
    const state = await outputsOf(plan, outputOf, referenceTo)
    await monitor.registerOutputs(component, state)
    const response = new messages.ConstructResponse()
    response.setUrn(component)
    response.setState(sent(state))
    const handed = Object.entries(plan.references).map(([output, keys]) => [output, [keys].flat()] as const)
    for (const [output, keys] of [['vpcId', ['vpc']], ...Object.entries(plan.ids), ...handed] as const) {
      const urns = keys.map((key) => registered.get(key)?.urn ?? '')
      const dependencies = new messages.ConstructResponse.PropertyDependencies()
      dependencies.setUrnsList(urns)
      response.getStatedependenciesMap().set(output, dependencies)
    }
    return response
  } finally {
    monitor.close()
  }
}

async function outputsOf(
  plan: ReturnType<typeof planVpc>,
  outputOf: (reference: Reference) => Promise<Value>,
  referenceTo: (key: string) => Value,
): Promise<Properties> {
  const state: Record<string, Value> = { vpcId: await outputOf({ of: 'vpc', output: 'id' }) }
  for (const [name, keys] of Object.entries(plan.ids))
    state[name] = await Promise.all(keys.map((of) => outputOf({ of, output: 'id' })))
  return { ...state, ...handedOut(plan, referenceTo) }
}

const keyOf = ({ of, output }: Reference) => `${of}\n${output}`

const isReference = (value: Value | Reference): value is Reference =>
  typeof value === 'object' && value !== null && 'of' in value && 'output' in value
