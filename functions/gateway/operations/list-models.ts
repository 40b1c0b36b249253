/**
 * `GET /TENANT/v1/models`: the tenant's names of models, for clients of OpenAI's API and, if the request has `anthropic-version`, of
 * Anthropic's.
 */

import { anthropicModel, anthropicPage } from '../anthropic/models.ts'
import type { RequestHeaders } from '../http.ts'
import { openaiModel } from '../openai/models.ts'
import type { OfferedOperation } from '../operation.ts'
import { anthropicShape } from '../shapes/anthropic.ts'
import { openaiShape } from '../shapes/openai.ts'

export const ofAnthropic = (headers: RequestHeaders): boolean => headers.has('anthropic-version')

export const listModels: OfferedOperation = {
  name: 'list_models',
  method: 'GET',
  path: '/v1/models',
  shape: (headers) => (ofAnthropic(headers) ? anthropicShape : openaiShape),
  query: ['limit', 'after_id', 'before_id'],
  async answer({ tenant, headers, query, json }) {
    const models = Object.entries(tenant.models).sort(([one], [other]) => (one < other ? -1 : 1))
    if (ofAnthropic(headers)) return json(JSON.stringify(anthropicPage(models.map(anthropicModel), query)))
    return json(JSON.stringify({ object: 'list', data: models.map(openaiModel) }))
  },
}
