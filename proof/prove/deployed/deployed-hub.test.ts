import { afterEach, expect, it, vi } from 'vitest'
import { type Running, type RunningHub, type RunningUser, readRunningHub } from '../../../cli/local/running.ts'
import { askPassword } from '../../../cli/terminal/password.ts'
import { runningHub } from './deployed-hub.ts'

vi.mock('../../../cli/local/running.ts', () => ({ readRunningHub: vi.fn() }))
vi.mock('../../../cli/terminal/password.ts', () => ({ askPassword: vi.fn(async () => 'typed') }))
afterEach(() => vi.clearAllMocks())

const HUB: RunningHub = {
  gatewayUrl: 'https://localhost:8443',
  region: 'us-east-1',
  tableName: 'genai-tenants',
  userPoolId: 'pool',
  userPoolClientId: 'client',
}

const running = (users: readonly RunningUser[], hub = HUB) =>
  vi.mocked(readRunningHub).mockResolvedValue({
    pid: 1,
    verb: 'local',
    wirePort: 1,
    caFile: 'ca.pem',
    users,
    hub,
    operator: { accessKeyId: '', secretAccessKey: '', sessionToken: '' },
    control: { port: 1, secret: '' },
  } satisfies Running & { readonly hub: RunningHub })

const MADE = ['tenant1', 'tenant2'].map((tenantId) => ({ tenantId, username: `user@${tenantId}`, password: tenantId }))

it('of npm start: its first user, the other one’s tenant, and no question', async () => {
  running(MADE)
  expect(await runningHub()).toMatchObject({ username: 'user@tenant1', password: 'tenant1', otherTenantId: 'tenant2' })
  const named = await runningHub({ username: 'user@tenant2' })
  expect(named).toMatchObject({ username: 'user@tenant2', password: 'tenant2', otherTenantId: 'tenant1' })
  expect(askPassword).not.toHaveBeenCalled()
})

it('of npm run local, which makes no users: whoever is named, and the password is asked for', async () => {
  running([])
  const named = { username: 'ann@example.com', otherTenantId: 'tenant2' }
  expect(await runningHub(named)).toMatchObject({ ...named, password: 'typed' })
})

it('without users, what to name is said', async () => {
  running([])
  await expect(runningHub()).rejects.toMatchObject({ remedy: expect.stringContaining('--running --username EMAIL') })
  await expect(runningHub({ username: 'ann@example.com' })).rejects.toThrow(/no users of two tenants/)
  const { gatewayUrl: _, ...closed } = HUB
  running(MADE, closed)
  await expect(runningHub()).rejects.toThrow(/not open/)
})
