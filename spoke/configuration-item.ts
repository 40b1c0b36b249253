import type { MachineIssuer, TenantConfiguration, TenantStatus } from '../shared/tenant.ts'

/** The tenant's configuration as DynamoDB's JSON, which `aws.dynamodb.TableItem` takes. Keys in a fixed order: no needless diffs. */
export function configurationItem(configuration: TenantConfiguration): string {
  const { models, maxTokens = {}, machineIssuers = {}, ...texts } = configuration
  return JSON.stringify({
    ...Object.fromEntries(sorted(texts).map(([name, text]) => [name, { S: text }])),
    models: { M: Object.fromEntries(sorted(models).map(([name, id]) => [name, { S: id }])) },
    ...(Object.keys(maxTokens).length > 0 && {
      maxTokens: { M: Object.fromEntries(sorted(maxTokens).map(([name, most]) => [name, { N: `${most}` }])) },
    }),
    ...(Object.keys(machineIssuers).length > 0 && {
      machineIssuers: {
        M: Object.fromEntries(sorted(machineIssuers).map(([name, one]) => [name, machineIssuer(one)])),
      },
    }),
  })
}

function machineIssuer({ claims, ...texts }: MachineIssuer) {
  const all = Object.fromEntries(sorted({ ...texts }).map(([name, text]) => [name, { S: text }]))
  return { M: { ...all, claims: { M: Object.fromEntries(sorted(claims).map(([name, text]) => [name, { S: text }])) } } }
}

/** The tenant's status as DynamoDB's JSON. */
export const statusItem = (status: TenantStatus): string =>
  JSON.stringify(Object.fromEntries(sorted({ ...status }).map(([name, text]) => [name, { S: text }])))

const sorted = <Value>(map: Readonly<Record<string, Value>>) =>
  Object.entries(map).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
