/**
 * What services ask of IAM while the platform serves and is looked at, against AWS's service authorization reference: a resource of each type
 * that the action requires is named. Deployments are in permissions.test.ts.
 */
import type { ApiCall } from '@genai/local-cloud/iam/authorize'
import { createAuthorize } from '@genai/local-cloud/iam/authorize'
import { isOfType, referenceOf } from '@genai/local-cloud/iam/reference'
import { localAgent } from '@genai/local-cloud/wire/agent'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CHECKS } from '../../cli/doctor/checks.ts'
import { open } from '../../cli/doctor/gather.ts'
import { ask, planned } from '../../cli/doctor/run.ts'
import { cognitoClient, createUser } from '../../cli/hub/cognito.ts'
import { type Platform, startPlatform } from '../../proof/harness/platform.ts'
import { DOCTOR_ROLE } from '../../shared/policies/doctor.ts'
import { type Exceptions, judged } from './exceptions.ts'

const NOT_ASKED: Exceptions = [
  [
    /bedrock:InvokeModel on (?!foundation-model$|inference-profile$)[\w-]+$/,
    'one type for each kind of thing that can be invoked, each called required: there are models and AWS’s own profiles here',
  ],
  [
    /bedrock:GetInferenceProfile on application-inference-profile$/,
    "one type for each kind of profile, each called required: AWS's own are the only ones here",
  ],
]

const asked: ApiCall[] = []
let platform: Platform
beforeAll(async () => {
  platform = await startPlatform({
    createAuthorize: (...args) => {
      const authorize = createAuthorize(...args)
      return (call) => {
        asked.push(call)
        return authorize(call)
      }
    },
  })
  // What deployments ask is somebody else's test.
  asked.length = 0
}, 300_000)
afterAll(() => platform?.close())

it('each required type is asked', { timeout: 300_000 }, async () => {
  const { wirePort: port, caFile, hub } = platform
  for (const tenant of ['tenant1', 'tenant2']) {
    await platform.invoke(tenant)
    const token = await platform.token(tenant)
    const body = { messages: [{ role: 'user', content: 'Hello' }] }
    await platform.call({ method: 'POST', path: `/${tenant}/v1/chat/completions`, token, body })
    await platform.call({ method: 'GET', path: `/${tenant}/v1/models`, token })
  }
  const users = cognitoClient(hub.region, { local: { port, caFile }, credentials: platform.cloud.signIn() })
  const { userPoolId } = hub
  await createUser(
    users,
    { userPoolId, tenantId: 'tenant1', username: 'z@example.com', email: 'z@example.com' },
    'correct horse A1!',
  )
  const connection = {
    where: 'the local cloud',
    credentials: platform.cloud.signIn(),
    agent: localAgent({ port, caFile }),
    needsPulumi: false,
  } as const
  const examined = await open({ aws: false, role: DOCTOR_ROLE, connection })
  for (const one of planned(CHECKS, examined)) await ask(one, examined)
  await platform.cloud.monitoring.settled()

  const byAction = Map.groupBy(asked, ({ action }) => action)
  expect(byAction.size).toBeGreaterThan(30)
  const findings: string[] = []
  for (const [action, calls] of byAction) {
    const resources = calls.map(({ resource }) => resource)
    const { types } = await referenceOf(action)
    if (types.length === 0 && resources.some((resource) => resource !== '*')) findings.push(`${action} on something`)
    if (resources.includes('*')) continue
    for (const type of types)
      if (type.required && !resources.some((resource) => isOfType(resource, type)))
        findings.push(`${action} on ${type.name}`)
  }
  expect(judged(findings, NOT_ASKED)).toEqual({ unexcused: [], unneeded: [] })
})
