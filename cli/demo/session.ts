/** The stacks that `npm start` has deployed and serves, and stacks that another shell deploys into it later. */
import type { CloudEvent, LocalCloud } from '@genai/local-cloud/cloud'
import type { HubOutputs } from '../../shared/contract.ts'
import { cognitoClient, signIn } from '../hub/cognito.ts'
import { type OpenGateway, openGateway, type Ports } from '../local/gateway-ports.ts'
import type { RunningUser } from '../local/running.ts'
import { projectName } from '../pulumi/stack-files.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { messageOf, UserError } from '../verb.ts'
import { type DemoTenant, deployClient, deployHub, deployTenant } from './deploy.ts'
import type { Shown } from './private-door.ts'
import { createUserOf } from './users.ts'
import { clientOrigin, LAPTOP, type Validation, validate } from './validate.ts'
import type { VariantName } from './variants.ts'

export interface SessionOptions {
  readonly cloud: LocalCloud
  readonly wirePort: number
  readonly terminal: Terminal
  readonly ports: Ports
  readonly variant?: VariantName | undefined
  /** Events that were observed since the cloud started. */
  readonly recording: readonly CloudEvent[]
}

export class Session {
  readonly hubStack: string
  readonly gateway: OpenGateway
  readonly #options: SessionOptions
  #hub: HubOutputs
  readonly #tenants = new Map<string, DemoTenant>()
  #users: readonly RunningUser[] = []

  private constructor(options: SessionOptions, hubStack: string, hub: HubOutputs, gateway: OpenGateway) {
    this.#options = options
    this.hubStack = hubStack
    this.#hub = hub
    this.gateway = gateway
  }

  /** Deploys the hub, and opens its gateway on this machine. */
  static async begin(options: SessionOptions, hubStack: string): Promise<Session> {
    const { cloud, terminal, ports, variant } = options
    const hub = await deployHub(cloud, terminal, hubStack, variant)
    const gateway = await terminal.step('open the gateway on this machine', async (detail) => {
      const opened = await openGateway(cloud, hub, LAPTOP, ports)
      detail(opened.url)
      return opened
    })
    return new Session(options, hubStack, hub, gateway)
  }

  get users(): readonly RunningUser[] {
    return this.#users
  }

  async deployHub(): Promise<void> {
    const { cloud, terminal, variant } = this.#options
    this.#hub = await deployHub(cloud, terminal, this.hubStack, variant)
  }

  /** Deploys the client. If that fails, the platform still starts. */
  async deployClient(stack: string): Promise<void> {
    const { cloud, terminal } = this.#options
    await deployClient(cloud, terminal, stack).catch((error: unknown) => {
      terminal.line(terminal.style('yellow', `  There is no client: ${messageOf(error)}`))
    })
  }

  /** Deploys a tenant's stack file, for the first time or again. */
  async deploy(stack: string): Promise<DemoTenant> {
    const { cloud, terminal, variant } = this.#options
    const tenant = await deployTenant(cloud, terminal, stack, variant)
    this.#tenants.set(stack, tenant)
    return tenant
  }

  /** Destroys a tenant's stack. Its users stay in the user pool, without a group. */
  async destroy(stack: string): Promise<void> {
    const tenant = this.#tenants.get(stack)
    if (!tenant) throw new UserError(`npm start has not deployed ${stack}.`)
    const { cloud, terminal } = this.#options
    await terminal.step(`destroy ${stack}`, () => cloud.destroy({ project: projectName(), stack }))
    this.#tenants.delete(stack)
    this.#users = this.#users.filter(({ tenantId }) => tenantId !== tenant.tenantId)
  }

  /** A tenant that has a user already keeps this user. */
  async createUsers(tenants: readonly DemoTenant[]): Promise<void> {
    const { cloud, terminal } = this.#options
    const without = tenants.filter(({ tenantId }) => !this.#users.some((user) => user.tenantId === tenantId))
    if (without.length === 0) return
    await terminal.step(`create a user of ${without.length === 1 ? without[0]?.tenantId : 'each tenant'}`, async () => {
      for (const { tenantId } of without)
        this.#users = [...this.#users, await createUserOf(cloud, this.#hub, tenantId, this.#local())]
    })
  }

  /** Sends a prompt as each of these tenants. */
  async validate(tenants: readonly DemoTenant[]): Promise<readonly Validation[]> {
    const { cloud, terminal, recording } = this.#options
    const hub = this.#hub
    const local = this.#local()
    const origin = clientOrigin(cloud)
    const inside = await openGateway(cloud, hub, origin, { https: 0, http: 0 })
    const client = { origin, via: { port: inside.port, caFile: local.caFile } }
    const validations: Validation[] = []
    try {
      for (const tenant of tenants) {
        const user = this.#userOf(tenant.tenantId)
        validations.push(
          await terminal.step(`send a prompt as ${tenant.tenantId}`, () =>
            validate(hub, tenant, user, { cloud, client, local, recording }),
          ),
        )
      }
    } finally {
      await inside.close()
    }
    return validations
  }

  /** Shows what a variant adds to its tenants' answers. */
  async show(): Promise<readonly Shown[]> {
    const { cloud, terminal, variant } = this.#options
    if (variant !== 'private') return []
    // Loaded for this variant only, because it declares resources and the provider's SDK takes long to load.
    const { showPrivateDoor } = await import('./private-door.ts')
    const tenants = [...this.#tenants.values()]
    return await terminal.step('try the private door', () =>
      showPrivateDoor({ cloud, hub: this.#hub, tenants, tokenOf: (tenantId) => this.#tokenOf(tenantId) }),
    )
  }

  async #tokenOf(tenantId: string): Promise<string> {
    const cognito = cognitoClient(this.#hub.region, { local: this.#local() })
    try {
      return await signIn(cognito, { clientId: this.#hub.userPoolClientId, ...this.#userOf(tenantId) })
    } finally {
      cognito.destroy()
    }
  }

  #userOf(tenantId: string): RunningUser {
    const user = this.#users.find((one) => one.tenantId === tenantId)
    if (!user) throw new Error(`no user was created for ${tenantId}`)
    return user
  }

  #local() {
    return { port: this.#options.wirePort, caFile: this.#options.cloud.authority.caFile }
  }
}
