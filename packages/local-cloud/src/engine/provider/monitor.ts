/** The engine's resource monitor, with which the children of a component are registered. */
import { credentials } from '@grpc/grpc-js'
import type { ConstructRequest } from '@pulumi/pulumi/proto/provider_pb.js'
import service from '@pulumi/pulumi/proto/resource_grpc_pb.js'
import messages, { type RegisterResourceResponse } from '@pulumi/pulumi/proto/resource_pb.js'
import type { Properties } from '../../ledger/ledger.ts'
import { versionOf } from './schema.ts'
import { received, sent, unwrapped } from './values.ts'

export interface Registered {
  readonly urn: string
  /** Empty in a preview, for a resource that does not exist yet. */
  readonly id: string
  readonly outputs: Properties
}

export interface Child {
  readonly type: string
  readonly name: string
  /** The URN of the parent. */
  readonly parent: string
  readonly inputs: Properties
  /** For each input the URNs that its value depends on. */
  readonly dependencies: Readonly<Record<string, readonly string[]>>
}

export interface Monitor {
  /** @returns the component's URN */
  registerComponent(inputs: Properties): Promise<string>
  register(child: Child): Promise<Registered>
  registerOutputs(urn: string, outputs: Properties): Promise<void>
  close(): void
}

/** A message may contain policies, keys and archives. */
const LARGEST_MESSAGE = 400 * 1024 * 1024

export function openMonitor(request: ConstructRequest): Monitor {
  const client = new service.ResourceMonitorClient(request.getMonitorendpoint(), credentials.createInsecure(), {
    'grpc.max_receive_message_length': LARGEST_MESSAGE,
  })
  const provider = request.getProvidersMap().get('aws') ?? ''

  function send(message: InstanceType<typeof messages.RegisterResourceRequest>): Promise<RegisterResourceResponse> {
    message.setAcceptsecrets(true)
    message.setAcceptresources(true)
    message.setSupportspartialvalues(true)
    // The component's options apply to its children.
    if (request.hasProtect()) message.setProtect(request.getProtect() ?? false)
    if (request.hasRetainondelete()) message.setRetainondelete(request.getRetainondelete() ?? false)
    return new Promise((resolve, reject) => {
      client.registerResource(message, (error, response) => (error ? reject(error) : resolve(response)))
    })
  }

  return {
    async registerComponent(inputs) {
      const message = new messages.RegisterResourceRequest()
      message.setType(request.getType())
      message.setName(request.getName())
      message.setParent(request.getParent())
      message.setCustom(false)
      message.setObject(sent(inputs))
      message.setDependenciesList(request.getDependenciesList())
      message.setAliasesList(request.getAliasesList())
      message.setVersion(versionOf('@pulumi/awsx'))
      for (const [name, reference] of request.getProvidersMap().entries())
        message.getProvidersMap().set(name, reference)
      return (await send(message)).getUrn()
    },
    async register({ type, name, parent, inputs, dependencies }) {
      const message = new messages.RegisterResourceRequest()
      message.setType(type)
      message.setName(name)
      message.setParent(parent)
      message.setCustom(true)
      message.setObject(sent(inputs))
      message.setProvider(provider)
      message.setVersion(versionOf('@pulumi/aws'))
      for (const [input, urns] of Object.entries(dependencies)) {
        const property = new messages.RegisterResourceRequest.PropertyDependencies()
        property.setUrnsList([...urns])
        message.getPropertydependenciesMap().set(input, property)
      }
      message.setDependenciesList([
        ...new Set([...request.getDependenciesList(), ...Object.values(dependencies).flat()]),
      ])
      const response = await send(message)
      return {
        urn: response.getUrn(),
        id: response.getId(),
        outputs: unwrapped(received(response.getObject())),
      }
    },
    registerOutputs(urn, outputs) {
      const message = new messages.RegisterResourceOutputsRequest()
      message.setUrn(urn)
      message.setOutputs(sent(outputs))
      return new Promise((resolve, reject) => {
        client.registerResourceOutputs(message, (error) => (error ? reject(error) : resolve()))
      })
    },
    close: () => client.close(),
  }
}
