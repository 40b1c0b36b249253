/** The users: a pool in which only administrators create users and choose their tenant, and the client that signs them in. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { PREFIX } from '../shared/naming.ts'
import type { HubSettings } from '../shared/settings.ts'
import { TENANT_CLAIM } from '../shared/tenant.ts'
import type { HubTags } from './tags.ts'

/** Cognito writes custom attributes with this in front of the name that they are declared with. */
const CUSTOM = 'custom:'

export interface IdentityArgs {
  readonly settings: Pick<HubSettings, 'region' | 'deletionProtection'>
  readonly tags: HubTags
}

/** No domain: the pool has no hosted pages to sign in with, and its key set can be read through an endpoint. */
export class Identity extends pulumi.ComponentResource {
  readonly userPoolId: pulumi.Output<string>
  readonly userPoolArn: pulumi.Output<string>
  readonly userPoolClientId: pulumi.Output<string>
  /** `iss` of its tokens. */
  readonly issuer: pulumi.Output<string>

  constructor(name: string, args: IdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super('genai:hub:Identity', name, {}, opts)
    const { settings } = args
    const pool = userPool(name, args, { parent: this, protect: settings.deletionProtection })
    const client = userPoolClient(name, pool, { parent: this })
    this.userPoolId = pool.id
    this.userPoolArn = pool.arn
    this.userPoolClientId = client.id
    this.issuer = pulumi.interpolate`https://cognito-idp.${settings.region}.amazonaws.com/${pool.id}`
    this.registerOutputs({ userPoolId: this.userPoolId, userPoolClientId: this.userPoolClientId })
  }
}

function userPool(name: string, args: IdentityArgs, opts: pulumi.CustomResourceOptions): aws.cognito.UserPool {
  return new aws.cognito.UserPool(
    name,
    {
      name: `${PREFIX}-users`,
      deletionProtection: args.settings.deletionProtection ? 'ACTIVE' : 'INACTIVE',
      // Whoever could sign up could choose a tenant.
      adminCreateUserConfig: { allowAdminCreateUserOnly: true },
      usernameAttributes: ['email'],
      usernameConfiguration: { caseSensitive: false },
      schemas: [
        {
          name: TENANT_CLAIM.slice(CUSTOM.length),
          attributeDataType: 'String',
          // Not even an administrator moves a user: somebody who changes tenants is a new user.
          mutable: false,
          required: false,
          stringAttributeConstraints: { minLength: '2', maxLength: '20' },
        },
      ],
      passwordPolicy: {
        minimumLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireNumbers: true,
        requireSymbols: true,
        temporaryPasswordValidityDays: 3,
      },
      accountRecoverySetting: { recoveryMechanisms: [{ name: 'verified_email', priority: 1 }] },
      tags: args.tags,
    },
    opts,
  )
}

function userPoolClient(
  name: string,
  pool: aws.cognito.UserPool,
  opts: pulumi.CustomResourceOptions,
): aws.cognito.UserPoolClient {
  return new aws.cognito.UserPoolClient(
    name,
    {
      name: `${PREFIX}-gateway`,
      userPoolId: pool.id,
      // A command line cannot keep a secret.
      generateSecret: false,
      // The password goes to Cognito over TLS, and nowhere else. SRP would keep it from Cognito too, which stores a verifier
      // of it anyway, at the price of a cryptographic protocol in every client.
      explicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      preventUserExistenceErrors: 'ENABLED',
      enableTokenRevocation: true,
      // ID and access token in minutes: nothing takes back a token that is out. A working day without signing in again.
      idTokenValidity: 30,
      accessTokenValidity: 30,
      refreshTokenValidity: 12,
      tokenValidityUnits: { idToken: 'minutes', accessToken: 'minutes', refreshToken: 'hours' },
      // What the client may read is what is in the ID token.
      readAttributes: [TENANT_CLAIM, 'email', 'email_verified', 'name'],
      // Left out, a client may write every attribute.
      writeAttributes: ['name'],
    },
    opts,
  )
}
