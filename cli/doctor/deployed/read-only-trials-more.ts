/** Questions that one more request of a signed-in user, or one more read, can answer. */
import { randomBytes } from 'node:crypto'
import { parseModel } from '../../../shared/policies/models.ts'
import { calledModels } from '../../usage/bedrock-counts.ts'
import { type Answer, failed, notAsked, ok, unclear } from '../check.ts'
import { modelAccess } from '../checks/model-access.ts'
import { MAX_TOKENS, PROMPT, quoted, sayYes } from './gateway.ts'
import type { Deployed } from './question.ts'
import { asUser } from './read-only-trials.ts'

/** Sends a header whose value is new for every trace. */
export async function tracedCall(deployed: Deployed): Promise<Answer> {
  return await asUser(deployed, async (gateway) => {
    const traceparent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`
    const reply = await sayYes(gateway, deployed.tenant?.settings.defaultModel, { headers: { traceparent } })
    const said = `traceparent ${traceparent}: ${quoted(reply)}`
    if (reply.status === 200) return ok(said)
    return unclear(
      said,
      'Ask again without the header, by a request of your own: if that is answered, take the header away from callers.',
    )
  })
}

/** The gateway passes on bodies of Bedrock's own API unchanged. */
export async function unknownMember(deployed: Deployed): Promise<Answer> {
  return await asUser(deployed, async (gateway) => {
    const { tenant } = deployed
    if (!tenant) return notAsked(`The stack file of ${gateway.tenantId} is not here.`, 'Copy it here, and ask again.')
    const body = {
      messages: [{ role: 'user', content: [{ text: PROMPT }] }],
      inferenceConfig: { maxTokens: MAX_TOKENS },
      genaiDoctor: 'no model of the API has this',
    }
    const path = `/${gateway.tenantId}/model/${encodeURIComponent(tenant.settings.defaultModel)}/converse`
    const reply = await gateway.call(path, { body })
    if (reply.status === 200 || reply.status === 400) return ok(quoted(reply))
    return unclear(
      quoted(reply),
      'Neither an answer nor a refusal of the member; see the audit trail (npm run genai -- audit).',
    )
  })
}

/** Asks as the client's page does, without a token. */
export async function originOfRefusal(deployed: Deployed): Promise<Answer> {
  const { browserOrigin, listener } = deployed.world.hub?.settings ?? {}
  if (browserOrigin === undefined || listener?.kind === 'insecureHttp')
    return notAsked('The hub has no browserOrigin, or checks no token: no page reads its refusals.', 'Nothing to do.')
  return await asUser(deployed, async (gateway) => {
    const reply = await gateway.call(`/${gateway.tenantId}/v1/models`, {
      token: 'none',
      headers: { origin: browserOrigin },
    })
    const said = `${quoted(reply)}; access-control-allow-origin: ${reply.allowOrigin ?? 'none'}`
    if (reply.requestId !== undefined) return unclear(said, 'The gateway answered it, and not the load balancer.')
    if (reply.allowOrigin !== undefined) return ok(said)
    return failed(
      said,
      'Nothing breaks: the page says that the gateway does not answer, where it would say that the session is over. Report it.',
    )
  })
}

/** Only for models that are called through a profile. */
export async function availabilityOfProfiles({ world, tenant }: Deployed): Promise<Answer> {
  if (!tenant || modelAccess.of !== 'tenant')
    return notAsked('No tenant is signed in to, whose models could be asked for.', 'Sign in (login), and ask again.')
  const answers = [await modelAccess.ask(tenant, world)].flat()
  const said = answers.map((one) => `${one.about}: ${one.said}`).join('; ')
  const open =
    answers.find(({ verdict }) => verdict === 'notAsked') ?? answers.find(({ verdict }) => verdict === 'unclear')
  if (open) return { ...open, said }
  if (answers.every(({ verdict }) => verdict === 'ok')) return ok(said)
  return failed(said, 'If the models answer all the same, the row of doctor is no verdict for them: report it.')
}

/** CloudWatch lists a metric from some minutes after its first value until two weeks after its last. */
export async function metricsOfProfiles({ tenant }: Deployed): Promise<Answer> {
  if (!tenant)
    return notAsked('No tenant is signed in to, whose figures could be asked for.', 'Sign in (login), and ask again.')
  const { models: named, modelRegions } = tenant.settings
  const profiles = Object.values(named)
    .map((id) => parseModel(id, tenant.region, modelRegions))
    .flatMap((model) => (model.kind === 'inferenceProfile' ? [model] : []))
  if (profiles.length === 0)
    return notAsked('The tenant has no model behind a profile.', 'Nothing to do: a model has one id.')
  const listed = await calledModels((await tenant.clients()).cloudwatch)
  const said = `ModelId of InputTokenCount: ${[...new Set(listed)].sort().join(', ') || 'none'}`
  if (profiles.some(({ profileId, modelId }) => listed.includes(profileId) || listed.includes(modelId))) return ok(said)
  return unclear(said, 'Ask again a quarter of an hour after a request to a model behind a profile.')
}
