/** The path that a request took, from the browser to the model. */
import { html, type TemplateResult } from 'lit-html'
import type { App } from '../app.ts'
import type { Answer } from '../conversations.ts'
import { afterRender } from './keep-in-view.ts'

const COMPUTE = { lambda: 'Lambda function', fargate: 'task on Fargate' } as const

export function routeView({ tenant, configuration }: App, { model, servedModel }: Answer): TemplateResult {
  const id = servedModel ?? tenant?.details?.[model]?.id
  const stops: readonly (readonly [name: string, what: string])[] = [
    ['This browser', 'your ID token'],
    [new URL(configuration.gatewayUrl).hostname.replace(/\.localhost$/, ''), 'the gateway: token, tenant, limits'],
    ...(tenant?.compute
      ? [[`${tenant.tenant}’s own ${COMPUTE[tenant.compute]}`, `tenant ${tenant.tenant}`] as const]
      : []),
    ...(tenant?.account ? [[`Account ${tenant.account}`, 'your tenant’s role, quota and bill'] as const] : []),
    [id ?? model, model === id ? 'the model' : `the model behind ${model}`],
  ]
  return html`<details class="route" @toggle=${afterRender}>
    <summary>Route</summary>
    <ol class="stops">${stops.map(([name, what]) => html`<li class="stop-box"><span class="stop">${name}</span><span class="hint">${what}</span></li>`)}</ol>
  </details>`
}
