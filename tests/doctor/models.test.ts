/** A model whose end AWS has announced: the catalogue of the local cloud has none today. */
import { expect, it } from 'vitest'
import { models } from '../../cli/doctor/checks/models.ts'
import type { TenantSubject, World } from '../../cli/doctor/subjects.ts'

it('a model that AWS is about to end is ✗, with its last day', async () => {
  if (models.of !== 'tenant') throw new Error('not of a tenant')
  const answer = {
    modelDetails: {
      modelName: 'Titan Text',
      modelLifecycle: { status: 'LEGACY', endOfLifeTime: new Date('2027-03-01T00:00:00Z') },
      inferenceTypesSupported: ['ON_DEMAND'],
    },
  }
  const tenant = {
    region: 'us-east-1',
    stack: 'spoke-tenant1',
    settings: { models: { titan: 'amazon.titan-text-premier-v1:0' }, modelRegions: {} },
    clients: async () => ({ bedrock: { send: async () => answer } }),
  } as unknown as TenantSubject
  expect([await models.ask(tenant, {} as World)].flat()).toMatchObject([
    {
      verdict: 'failed',
      said: 'Titan Text is LEGACY, until 2027-03-01: AWS is about to end it.',
      remedy: expect.stringContaining('Pulumi.spoke-tenant1.yaml'),
    },
  ])
})
