/** The measured tenant: its environment, its items, and one request for it. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export const REGION = 'us-east-1'
export const ISSUER = `https://cognito-idp.${REGION}.amazonaws.com/${REGION}_Benchmark`
export const CLIENT_ID = 'benchmark'
export const ENDPOINT = `vpce-0123456789abcdef0-benchmrk.bedrock-runtime.${REGION}.vpce.amazonaws.com`
/** Names in the stand-in's certificate. */
export const HOSTS = [
  `cognito-idp.${REGION}.amazonaws.com`,
  `dynamodb.${REGION}.amazonaws.com`,
  `sts.${REGION}.amazonaws.com`,
  `bedrock-runtime.${REGION}.amazonaws.com`,
  ENDPOINT,
]

/** A table of counters. */
export const USAGE_TABLE = 'genai-usage'
/** One that answers a write after so long. Whoever is measured has one of their own, so that their writes can be counted. */
export const slowUsageTable = (whose: string, milliseconds: number) => `${USAGE_TABLE}-${whose}-${milliseconds}ms`
/** Milliseconds. */
export const answersAfter = (usageTable: string): number => Number(/-(\d+)ms$/.exec(usageTable)?.[1] ?? 0)

/** Names of tables with limited tenants: by the name, the stand-in knows which limits a tenant has. */
export const LIMITED = {
  'genai-tenants-one-limit': { tenant: { M: { requestsPerMinute: { N: '30000' } } } },
  'genai-tenants-all-limits': {
    tenant: { M: { requestsPerMinute: { N: '30000' }, tokensPerDay: { N: '1000000000' } } },
    user: { M: { tokensPerMinute: { N: '1000000000' } } },
    models: { M: { 'nova-2-lite': { M: { tokensPerMinute: { N: '1000000000' } } } } },
  },
} as const

/** Environment variables that Lambda and the tenant's stack give the function. */
export const ENVIRONMENT = {
  TENANT_ID: 'tenant1',
  TABLE_NAME: 'genai-tenants',
  ISSUER,
  CLIENT_ID,
  AWS_REGION: REGION,
  AWS_ACCESS_KEY_ID: 'ASIABENCHMARK',
  AWS_SECRET_ACCESS_KEY: 'benchmark',
  AWS_SESSION_TOKEN: 'benchmark',
}

/** The stand-in table's answer to a query. */
export const itemsOf = (table: string) =>
  Object.hasOwn(LIMITED, table)
    ? { ...ITEMS, Items: [{ ...ITEMS.Items[0], limits: { M: LIMITED[table as keyof typeof LIMITED] } }] }
    : ITEMS

/** The counter's state that the stand-in answers after every write. */
export const counterAt = (minute: number) => ({
  Attributes: Object.fromEntries(
    [
      'requests',
      'tokens',
      'requestsBefore',
      'tokensBefore',
      'dayTokens',
      'dayTokensBefore',
      'spent',
      'spentBefore',
      'lost',
    ]
      .map((name): [string, object] => [name, { N: '7' }])
      .concat(
        [['minute', { N: `${minute}` }]],
        ['heldNanoDollars', 'heldTokens', 'leases'].map((name) => [name, { M: {} }]),
      ),
  ),
})

export const ITEMS = {
  Items: [
    {
      tenantId: { S: 'tenant1' },
      item: { S: 'configuration' },
      account: { S: '222222222222' },
      models: { M: { 'nova-2-lite': { S: 'us.amazon.nova-2-lite-v1:0' } } },
      defaultModel: { S: 'nova-2-lite' },
      roleArn: { S: 'arn:aws:iam::222222222222:role/genai-models-tenant1' },
      externalId: { S: '111111111111/tenant1' },
      endpoint: { S: ENDPOINT },
    },
  ],
  Count: 1,
  ScannedCount: 1,
}

/** Makes a user pool's key set and a token that its key has signed. */
export async function signIn(): Promise<{ readonly keySet: string; readonly token: string }> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'benchmark', alg: 'RS256', use: 'sig' }
  const token = await new SignJWT({ token_use: 'id', 'custom:tenant_id': 'tenant1', 'cognito:groups': ['tenant1'] })
    .setProtectedHeader({ alg: 'RS256', kid: 'benchmark' })
    .setIssuer(ISSUER)
    .setAudience(CLIENT_ID)
    .setSubject('00000000-0000-4000-8000-000000000000')
    .setIssuedAt()
    .setExpirationTime('8h')
    .sign(privateKey)
  return { keySet: JSON.stringify({ keys: [jwk] }), token }
}

/** The load balancer's event for one prompt, with the headers that a client other than a browser and the load balancer send. */
export const eventFor = (token: string) => ({
  requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t/0' } },
  httpMethod: 'POST',
  path: '/tenant1/invoke',
  multiValueQueryStringParameters: {},
  multiValueHeaders: {
    accept: ['*/*'],
    authorization: [`Bearer ${token}`],
    'content-length': ['18'],
    'content-type': ['application/json'],
    host: ['genai.example.com'],
    'user-agent': ['curl/8.5.0'],
    'x-amzn-trace-id': ['Root=1-00000000-000000000000000000000000'],
    'x-forwarded-for': ['198.51.100.10'],
    'x-forwarded-port': ['443'],
    'x-forwarded-proto': ['https'],
  },
  body: '{"prompt":"Hello"}',
  isBase64Encoded: false,
})
