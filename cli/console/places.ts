/** Finds the node of the picture for a hop, by the hop's kind and id. */

import { isObject } from '@genai/local-cloud/ledger/is-object'
import type { LedgerView } from '@genai/local-cloud/ledger/ledger'
import type { Hop } from '@genai/local-cloud/network/path'
import { list } from './declared.ts'
import type { Scene, SceneNode } from './messages.ts'
import { apiLabel } from './scene-apis.ts'

const SERVICE = 'aws:ecs/service:Service'

export class Places {
  readonly #nodes = new Map<string, SceneNode>()
  /** For the network interface of a task: its service's node. */
  readonly #tasks = new Map<string, string>()

  constructor(scene: Scene, ledger: LedgerView) {
    const add = (node: SceneNode) => this.#nodes.set(node.id, node)
    add(scene.client)
    for (const router of scene.routers) for (const node of [router, ...router.tables]) add(node)
    for (const { networks, services } of scene.accounts) {
      services.forEach(add)
      for (const { gateway, tiers } of networks) {
        if (gateway) add(gateway)
        for (const { nodes } of tiers) nodes.forEach(add)
      }
    }
    for (const { id, outputs } of ledger.all(SERVICE))
      for (const one of list(outputs, 'elasticNetworkInterfaces'))
        if (isObject(one)) this.#tasks.set(String(one.id), `tasks:${id}`)
  }

  node(id: string): SceneNode | undefined {
    return this.#nodes.get(id)
  }

  /** Nodes that a path passes. Names, rules of security groups and routes are not places. */
  way(hops: readonly Hop[], serviceName?: string): readonly string[] {
    const way: string[] = []
    for (const hop of hops) for (const id of this.#of(hop, serviceName)) if (way.at(-1) !== id) way.push(id)
    return way
  }

  #of({ kind, id, tableId }: Hop, serviceName: string | undefined): readonly string[] {
    if (kind === 'internet') return ['client']
    if (kind === 'task') return [this.#tasks.get(id) ?? this.service(serviceName) ?? ''].filter((one) => one !== '')
    const ids = [`${kind}:${id}`, ...(tableId === undefined ? [] : [`table:${tableId}`])]
    return ids.filter((one) => this.#nodes.has(one))
  }

  /** Node of a Fargate service, by its name. */
  service(name: string | undefined): string | undefined {
    return name === undefined
      ? undefined
      : [...this.#nodes.keys()].find((id) => id.startsWith('tasks:') && id.endsWith(`/${name}`))
  }

  /** Node of one of AWS's services: in this account, or otherwise in the first account that has it. */
  api(service: string, account: string | undefined): string | undefined {
    const label = apiLabel(service)
    if (account !== undefined) {
      const own = `api:${account}:${label}`
      return this.#nodes.has(own) ? own : undefined
    }
    return [...this.#nodes.keys()].find((id) => id.startsWith('api:') && id.endsWith(`:${label}`))
  }
}
