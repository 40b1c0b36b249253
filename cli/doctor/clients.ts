/** The AWS SDK's clients for one account and region. They are made on first use, and each call is reported before it is sent. */
import type { Agent } from 'node:https'
import { ACMClient } from '@aws-sdk/client-acm'
import { BedrockClient } from '@aws-sdk/client-bedrock'
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EC2Client } from '@aws-sdk/client-ec2'
import { ECRClient } from '@aws-sdk/client-ecr'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { IAMClient } from '@aws-sdk/client-iam'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { OrganizationsClient } from '@aws-sdk/client-organizations'
import { RAMClient } from '@aws-sdk/client-ram'
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api'
import { Route53Client } from '@aws-sdk/client-route-53'
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { STSClient } from '@aws-sdk/client-sts'
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@aws-sdk/types'

export interface ClientOptions {
  readonly region: string
  /** @default the credentials that the SDK finds in this shell */
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider
  readonly profile?: string
  /** Connects to a local cloud. @default to AWS */
  readonly agent?: Agent
  /** Is called with every call's IAM action. */
  readonly asking?: (action: string) => void
}

/** By the service's prefix in IAM actions. */
const MAKERS = {
  acm: ACMClient,
  bedrock: BedrockClient,
  cloudtrail: CloudTrailClient,
  cloudwatch: CloudWatchClient,
  dynamodb: DynamoDBClient,
  ec2: EC2Client,
  ecr: ECRClient,
  elasticloadbalancing: ElasticLoadBalancingV2Client,
  iam: IAMClient,
  lambda: LambdaClient,
  logs: CloudWatchLogsClient,
  organizations: OrganizationsClient,
  ram: RAMClient,
  route53: Route53Client,
  servicequotas: ServiceQuotasClient,
  sts: STSClient,
  tag: ResourceGroupsTaggingAPIClient,
} as const

type Makers = typeof MAKERS
export type Clients = { readonly [K in keyof Makers]: InstanceType<Makers[K]> }

/** The action that caused each error, because several calls run at the same time. */
const FAILED = new WeakMap<Error, string>()

export const actionOf = (error: unknown): string | undefined => (error instanceof Error ? FAILED.get(error) : undefined)

/** More attempts than the SDK's three, because a check calls a dozen services at the same time. */
const ATTEMPTS = 4

export function createClients({ region, credentials, profile, agent, asking }: ClientOptions): Clients {
  const made = new Map<string, unknown>()
  const options = {
    region,
    maxAttempts: ATTEMPTS,
    // A shell that is signed in has a user's token in AWS_BEARER_TOKEN_BEDROCK, which would be sent instead of a signature.
    authSchemePreference: ['sigv4'],
    ...(credentials && { credentials }),
    ...(profile !== undefined && { profile }),
    ...(agent && { requestHandler: { httpsAgent: agent } }),
  }
  const make = (service: keyof Makers) => {
    const client = new MAKERS[service](options) as STSClient
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const action = `${service}:${String(context.commandName ?? '').replace(/Command$/, '')}`
        asking?.(action)
        try {
          return await next(args)
        } catch (error) {
          if (error instanceof Error) FAILED.set(error, action)
          throw error
        }
      },
      { step: 'initialize', name: 'genaiDoctor' },
    )
    return client
  }
  const entries = Object.keys(MAKERS).map((service) => [
    service,
    {
      enumerable: true,
      get: () => {
        const client = made.get(service) ?? make(service as keyof Makers)
        made.set(service, client)
        return client
      },
    },
  ])
  return Object.defineProperties({}, Object.fromEntries(entries)) as Clients
}
