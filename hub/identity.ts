/** The users: a pool in which only administrators create users and choose their tenant, and the client that signs them in. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { LOGIN_CALLBACKS, SIGN_IN_SCOPE } from '../shared/browser-sign-in.ts'
import { PREFIX } from '../shared/naming.ts'
import type { HubSettings } from '../shared/settings.ts'
import { MACHINE_SCOPE, TENANT_CLAIM } from '../shared/tenant.ts'
import type { HubTags } from './tags.ts'

/** Pages that need no branding style of an app client and no feature plan above Lite: the newer ones show an error without them. */
const CLASSIC = 1

/** Cognito writes custom attributes with this in front of the name that they are declared with. */
const CUSTOM = 'custom:'

export interface IdentityArgs {
  readonly settings: Pick<
    HubSettings,
    | 'region'
    | 'deletionProtection'
    | 'userPoolDomain'
    | 'userPoolMfa'
    | 'browserOrigin'
    | 'federatedProviders'
    | 'federatedSecrets'
  >
  readonly tags: HubTags
}

/** Without a domain the pool has no pages to sign in with and no token endpoint, and its key set can be read through an endpoint. */
export class Identity extends pulumi.ComponentResource {
  readonly userPoolId: pulumi.Output<string>
  readonly userPoolArn: pulumi.Output<string>
  readonly userPoolClientId: pulumi.Output<string>
  /** `iss` of its tokens. */
  readonly issuer: pulumi.Output<string>
  /** Host of the token endpoint, known once the scope of machines is there. */
  readonly domain: pulumi.Output<string> | undefined

  constructor(name: string, args: IdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super('genai:hub:Identity', name, {}, opts)
    const { settings } = args
    const pool = userPool(name, args, { parent: this, protect: settings.deletionProtection })
    const dependsOn = federatedProviders(name, pool, args, { parent: this })
    const client = userPoolClient(name, pool, args, { parent: this, dependsOn })
    this.userPoolId = pool.id
    this.userPoolArn = pool.arn
    this.userPoolClientId = client.id
    this.issuer = pulumi.interpolate`https://cognito-idp.${settings.region}.amazonaws.com/${pool.id}`
    this.domain = settings.userPoolDomain === undefined ? undefined : domain(name, pool, args, { parent: this })
    this.registerOutputs({ userPoolId: this.userPoolId, userPoolClientId: this.userPoolClientId })
  }
}

function userPool(name: string, args: IdentityArgs, opts: pulumi.CustomResourceOptions): aws.cognito.UserPool {
  return new aws.cognito.UserPool(
    name,
    {
      name: `${PREFIX}-users`,
      deletionProtection: args.settings.deletionProtection ? 'ACTIVE' : 'INACTIVE',
      // With self sign-up, a user could choose a tenant.
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
      ...secondFactor(args.settings),
      accountRecoverySetting: { recoveryMechanisms: [{ name: 'verified_email', priority: 1 }] },
      tags: args.tags,
    },
    opts,
  )
}

/** Nothing where there is none, so that a pool of an earlier version is the same. */
const secondFactor = ({ userPoolMfa }: Pick<HubSettings, 'userPoolMfa'>) =>
  userPoolMfa === 'off'
    ? {}
    : {
        mfaConfiguration: userPoolMfa === 'required' ? 'ON' : 'OPTIONAL',
        softwareTokenMfaConfiguration: { enabled: true },
      }

/** Where people sign in by browser and machines get tokens, and the one scope that their app clients may have (docs/machines.md). */
function domain(
  name: string,
  pool: aws.cognito.UserPool,
  { settings }: IdentityArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const prefix = settings.userPoolDomain ?? ''
  const made = new aws.cognito.UserPoolDomain(
    name,
    { domain: prefix, userPoolId: pool.id, managedLoginVersion: CLASSIC },
    opts,
  )
  const scope = { scopeName: MACHINE_SCOPE.name, scopeDescription: "Calls models on the path of a tenant's machine" }
  const server = new aws.cognito.ResourceServer(
    name,
    { identifier: MACHINE_SCOPE.server, name: MACHINE_SCOPE.server, userPoolId: pool.id, scopes: [scope] },
    opts,
  )
  return pulumi.all([made.domain, server.id]).apply(([own]) => `${own}.auth.${settings.region}.amazoncognito.com`)
}

/**
 * Nothing but the user name is taken over: a mapped attribute is written at every sign-in, and one that names the tenant would let a
 * provider choose it. Cognito's own group of the provider binds instead (shared/federation.ts).
 */
function federatedProviders(
  name: string,
  pool: aws.cognito.UserPool,
  { settings }: IdentityArgs,
  opts: pulumi.CustomResourceOptions,
): aws.cognito.IdentityProvider[] {
  return Object.entries(settings.federatedProviders).map(
    ([providerName, provider]) =>
      new aws.cognito.IdentityProvider(
        `${name}-federated-${providerName}`,
        {
          userPoolId: pool.id,
          providerName,
          ...(provider.type === 'saml'
            ? { providerType: 'SAML', providerDetails: { MetadataURL: provider.metadataUrl } }
            : {
                providerType: 'OIDC',
                providerDetails: {
                  client_id: provider.clientId,
                  client_secret: pulumi.secret(settings.federatedSecrets[providerName] ?? ''),
                  attributes_request_method: 'GET',
                  oidc_issuer: provider.issuer,
                  authorize_scopes: provider.scopes,
                },
                attributeMapping: { username: 'sub' },
              }),
        },
        { ...opts, additionalSecretOutputs: ['providerDetails'] },
      ),
  )
}

function userPoolClient(
  name: string,
  pool: aws.cognito.UserPool,
  { settings }: IdentityArgs,
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
      ...(settings.userPoolDomain !== undefined && browserSignIn(settings)),
    },
    opts,
  )
}

/** The same client, so that there is one audience and one rule of the load balancer, whichever way a token was got. */
const browserSignIn = ({
  browserOrigin,
  federatedProviders,
}: Pick<HubSettings, 'browserOrigin' | 'federatedProviders'>) => ({
  allowedOauthFlowsUserPoolClient: true,
  // With PKCE, which the command sends; Cognito does not ask a client for it.
  allowedOauthFlows: ['code'],
  allowedOauthScopes: [SIGN_IN_SCOPE],
  // The client's page is where it sends people to, and gets them back from.
  callbackUrls: [...LOGIN_CALLBACKS, ...pageOf(browserOrigin)],
  logoutUrls: [...LOGIN_CALLBACKS, ...pageOf(browserOrigin)],
  supportedIdentityProviders: ['COGNITO', ...Object.keys(federatedProviders)],
})

const pageOf = (origin: string | undefined) => (origin === undefined ? [] : [`${origin}/`])
