/** docs/openapi.yaml against what it describes: the list of operations, the list of errors, and answers that really came. */
import { readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ERRORS } from '../../functions/gateway/errors.ts'
import { CHAT, EMBEDDINGS } from '../../functions/gateway/openai/fields.ts'
import { OPERATIONS } from '../../functions/gateway/operations.ts'
import { RESPONSES } from '../../functions/gateway/responses/fields.ts'
import { type Fixture, openFixture } from '../clients/clients-fixture.ts'
import { TENANT_MODELS } from '../clients/scenarios.ts'

const TENANT = 'tenant2'

interface Described {
  readonly operationId: string
  readonly requestBody?: Referable<{ readonly content: Content }>
  readonly responses: Readonly<Record<string, Referable<{ readonly content: Content }>>>
}
type Content = Readonly<Record<string, { readonly example?: unknown }>>
type Referable<T> = T | { readonly $ref: string }

const FILE = new URL('../../docs/openapi.yaml', import.meta.url)
const document = parse(readFileSync(FILE, 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components: { readonly schemas: Readonly<Record<string, { readonly [key: string]: unknown }>> }
}
const described = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    path,
    method: method === 'get' ? ('GET' as const) : ('POST' as const),
    operation,
  })),
)

it('is a valid OpenAPI 3.1 document', async () => {
  expect(await new Validator().validate(structuredClone(document))).toMatchObject({ valid: true })
})

it('describes every operation that is offered, and no other', () => {
  const offered = OPERATIONS.filter((operation) => 'answer' in operation)
  expect(described.map(({ method, path, operation }) => `${method} ${path} ${operation.operationId}`).sort()).toEqual(
    offered.map(({ method, path, name }) => `${method} ${path} ${name}`).sort(),
  )
})

it('and so do docs/api.md and docs/openai.md, in words', () => {
  const words = ['api', 'openai']
    .map((page) => readFileSync(new URL(`../../docs/${page}.md`, import.meta.url), 'utf8'))
    .join()
  const untold = described.filter(({ method, path }) => !words.includes(`${method} /{tenant}${path}`))
  expect(untold.map(({ method, path }) => `${method} ${path}`)).toEqual([])
})

it('has every error code', () => {
  expect(document.components.schemas.ErrorCode?.enum).toEqual(Object.keys(ERRORS))
})

it.each([
  ['ChatCompletionRequest', CHAT],
  ['EmbeddingsRequest', EMBEDDINGS],
  ['ResponsesRequest', RESPONSES],
])('%s has the fields that are mapped or ignored', (name, uses) => {
  const taken = Object.entries(uses).filter(([, use]) => typeof use === 'string' || 'ignored' in use)
  const properties = document.components.schemas[name]?.properties as object
  expect(Object.keys(properties).sort()).toEqual(taken.map(([field]) => field).sort())
})

describe('an answer is as it is described', () => {
  let fixture: Fixture
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  ajv.addSchema(document, 'openapi')

  beforeAll(async () => {
    fixture = await openFixture()
  })
  afterAll(() => fixture?.close())

  const [claude = ''] = Object.keys(TENANT_MODELS)
  /** The document names a model of the sample tenant, which this one does not have. */
  const there = (body: unknown): unknown =>
    JSON.parse(JSON.stringify(body).replaceAll('"nova-2-lite"', JSON.stringify(claude)))

  const ask = async (method: 'GET' | 'POST', path: string, body: unknown) =>
    await fixture.platform.call({
      method,
      path: `/${TENANT}${path}`,
      token: await fixture.platform.token(TENANT),
      ...(body !== undefined && { body: there(body) }),
    })

  const at = (...parts: readonly string[]) =>
    `openapi#/${parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`

  function requireValid(reference: string, value: unknown): void {
    const valid = ajv.validate({ $ref: reference }, value)
    expect(valid ? [] : ajv.errors, JSON.stringify(value)).toEqual([])
  }

  it.each(described)('$method $path', async ({ path, method, operation }) => {
    const { requestBody, responses } = operation
    const example = requestBody && contentOf(requestBody)['application/json']?.example
    if (requestBody) expect(example, 'an example').toBeDefined()
    const { status, headers, body } = await ask(method, path.replace('{model}', claude), example)
    expect(status, body).toBe(200)
    const [type = ''] = String(headers['content-type']).split(';')
    expect(Object.keys(contentOf(responses['200'] ?? { content: {} }))).toContain(type)
    if (type === 'application/json')
      requireValid(
        at('paths', path, method.toLowerCase(), 'responses', '200', 'content', type, 'schema'),
        JSON.parse(body),
      )
  })

  it.each(described)('$method $path, refused', async ({ path, method, operation }) => {
    const { status, headers, body } = await ask(
      method,
      `${path.replace('{model}', 'nobody-has-it')}?strange=1`,
      method === 'POST' ? {} : undefined,
    )
    expect(status, body).toBeGreaterThanOrEqual(400)
    expect(Object.keys(ERRORS)).toContain(headers['x-error-code'])
    const { $ref = '' } = operation.responses.default as { readonly $ref?: string }
    const component = $ref.split('/').at(-1) ?? ''
    requireValid(at('components', 'responses', component, 'content', 'application/json', 'schema'), JSON.parse(body))
  })

  function contentOf(given: Referable<{ readonly content: Content }>): Content {
    if (!('$ref' in given)) return given.content
    const parts = given.$ref.replace('#/', '').split('/')
    const found = parts.reduce<unknown>((node, part) => (node as Record<string, unknown>)[part], document)
    return (found as { readonly content: Content }).content
  }
})
