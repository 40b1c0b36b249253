/**
 * Switches layers off by changing what is declared: while they are off, other resources replace the ledger's. IAM's layers are left out of the
 * evaluation, and checks of the function's code out of its bundle.
 */
import { ALLOWED_PRINCIPAL, ENDPOINT_SERVICE } from '@genai/local-cloud/aws/ec2/private-link'
import type { LocalCloud } from '@genai/local-cloud/cloud'
import type { Change, Declared } from '@genai/local-cloud/ledger/ledger'
import type { Image } from '@genai/local-cloud/organization'
import { CODE_LAYERS, type CodeLayer, type Layer } from '../layers.ts'
import type { Iam } from '../testbed/iam.ts'
import { createCodeVariants } from './code-variants.ts'
import { openSecurityGroups, openTransitGateway, openVpcRoutes } from './open-network.ts'
import { beside, type Overlay, ofType } from './overlay.ts'

export interface Switches {
  /** Switches off these layers and no others. */
  off(layers: ReadonlySet<Layer>): Promise<void>
  /** Restores everything as it was declared. */
  restore(): Promise<void>
}

export function createSwitches(
  cloud: LocalCloud,
  { iam, images }: { readonly iam: Iam; readonly images: Image[] },
): Switches {
  const { ledger } = cloud
  const base = new Map(ledger.all().map((resource) => [resource.urn, resource]))
  const declared = [...base.values()]
  const variants = createCodeVariants(cloud, declared, images)
  /** Kept, so that a layer that stays off causes no further change. */
  const made = new Map<Layer, Overlay>()
  let now: Overlay = new Map()

  function overlayOf(layer: Layer): Overlay {
    const overlay = made.get(layer) ?? OVERLAYS[layer]?.(declared) ?? new Map()
    made.set(layer, overlay)
    return overlay
  }

  async function lay(next: Overlay): Promise<void> {
    const changes: Change[] = []
    for (const urn of new Set([...now.keys(), ...next.keys()])) {
      const before = ledger.byUrn(urn)
      const wanted = next.has(urn) ? next.get(urn) : base.get(urn)
      if (wanted === before) continue
      if (!wanted) changes.push({ kind: 'deleted', resource: before as Declared })
      else if (before) changes.push({ kind: 'updated', resource: wanted, before })
      else changes.push({ kind: 'created', resource: wanted })
    }
    await ledger.commit(changes)
    now = next
  }

  return {
    async off(layers) {
      iam.leaveOut(layers)
      const overlay = new Map([...layers].map(overlayOf).flatMap((one) => [...one]))
      const removed: readonly CodeLayer[] = CODE_LAYERS.filter((layer) => layers.has(layer))
      // A task reads its tenant's items when it starts.
      if (removed.length > 0 && !variants.isMade(removed)) await lay(overlay)
      const redirected = removed.length > 0 ? (await variants.use(removed))(overlay) : []
      await lay(new Map([...overlay, ...redirected]))
    },
    async restore() {
      iam.leaveOut(new Set())
      await lay(new Map())
      await variants.remove()
    },
  }
}

type Declaration = (declared: readonly Declared[]) => Overlay

const OVERLAYS: Readonly<Partial<Record<Layer, Declaration>>> = {
  firewall: (declared) =>
    new Map(
      declared.filter(ofType('aws:wafv2/webAclAssociation:WebAclAssociation')).map(({ urn }) => [urn, undefined]),
    ),
  loadBalancerToken: edited('aws:lb/listenerRule:ListenerRule', ({ outputs }) => ({
    actions: list(outputs.actions).filter((action) => action.type !== 'jwt-validation'),
  })),
  functionPolicy: edited('aws:lambda/permission:Permission', () => ({ sourceArn: null, sourceAccount: null })),
  tableItem: edited(
    'aws:dynamodb/tableItem:TableItem',
    ({ outputs }) => ({ item: withModels(JSON.parse(String(outputs.item)), UNLISTED_MODELS) }),
    // The tenant's other item is its status, which an operator may have changed since.
    ({ outputs }) => JSON.parse(String(outputs.item)).models !== undefined,
  ),
  userPool: edited('aws:cognito/userPool:UserPool', ({ outputs }) => ({
    adminCreateUserConfig: { allowAdminCreateUserOnly: false },
    schemas: list(outputs.schemas).map((schema) => ({ ...schema, mutable: true })),
  })),
  userPoolClient: edited('aws:cognito/userPoolClient:UserPoolClient', ({ outputs }) => ({
    writeAttributes: outputs.readAttributes ?? [],
  })),
  vpcRoutes: openVpcRoutes,
  transitGateway: openTransitGateway,
  serviceConsumers: (declared) =>
    new Map(
      declared.filter(ofType(ENDPOINT_SERVICE)).map((service) => {
        const inputs = { vpcEndpointServiceId: service.id, principalArn: '*' }
        const anybody = beside(service, ALLOWED_PRINCIPAL, `${service.id}-anybody`, inputs)
        return [anybody.urn, anybody]
      }),
    ),
  serviceAcceptance: edited(ENDPOINT_SERVICE, () => ({ acceptanceRequired: false })),
  securityGroups: openSecurityGroups,
}

/** A model to which the sample tenants' accounts have access, but which their stack files do not list. */
export const UNLISTED_MODELS = { 'nova-pro': 'us.amazon.nova-pro-v1:0' } as const

function edited(
  type: string,
  outputs: (resource: Declared) => Declared['outputs'],
  concerned: (resource: Declared) => boolean = () => true,
): Declaration {
  return (declared) =>
    new Map(
      declared
        .filter((resource) => resource.type === type && concerned(resource))
        .map((resource) => [resource.urn, { ...resource, outputs: { ...resource.outputs, ...outputs(resource) } }]),
    )
}

const list = (value: unknown): readonly { readonly [key: string]: Declared['outputs'][string] }[] =>
  Array.isArray(value) ? value : []

function withModels(
  item: { readonly models: { readonly M: object } },
  models: Readonly<Record<string, string>>,
): string {
  const added = Object.fromEntries(Object.entries(models).map(([name, id]) => [name, { S: id }]))
  return JSON.stringify({ ...item, models: { M: { ...item.models.M, ...added } } })
}
