import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas'
import { type Answer, type Check, failed, ok, unclear } from '../check.ts'
import { ifThere, ofError } from '../denied.ts'
import { NEEDS, type Need } from '../needs.ts'
import type { Subject, World } from '../subjects.ts'

export const quotas: Check = {
  id: 'quotas',
  of: 'account',
  question: 'Is there room within the quotas for what the stack files need?',
  ask: async (subject, world) =>
    (await Promise.all(NEEDS.map((need) => roomFor(need, subject, world)))).filter((one) => one !== undefined),
}

/** Asks about one quota at a time, so that a denied call does not affect the other quotas' answers. */
async function roomFor(need: Need, subject: Subject, world: World): Promise<Answer | undefined> {
  const wanted = subject.kind === 'hub' ? need.hub?.(subject, world) : need.tenant?.(subject)
  if (wanted === undefined || wanted === 0) return undefined
  const { service, code, what } = need
  const clients = await subject.clients()
  try {
    const asked = new GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code })
    const quota = (await ifThere(clients.servicequotas.send(asked), 'NoSuchResourceException'))?.Quota
    if (quota?.Value === undefined)
      return unclear(`Service Quotas has no ${service}/${code}.`, 'Look it up in the Service Quotas console.', what)
    const others = (await need.others?.(clients, subject)) ?? 0
    const said = `${wanted} needed${need.others ? `, ${others} in use by others` : ''}, ${quota.Value} allowed (${service}/${code}, ${quota.QuotaName})`
    if (wanted + others <= quota.Value) return ok(said, what)
    const raise = `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} --desired-value ${wanted + others} --region ${subject.region}`
    const remedy = quota.Adjustable
      ? `In account ${subject.account}: ${raise}`
      : 'AWS does not raise it: put further tenants into a second hub (docs/operations.md, "Cells").'
    return failed(said, remedy, what)
  } catch (error) {
    return { ...ofError(error), about: what }
  }
}
