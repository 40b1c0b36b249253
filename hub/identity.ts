/** The user pool, in which only administrators make users and choose their tenant, and the app client that signs users in. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { LOGIN_CALLBACKS, SIGN_IN_SCOPE } from '../shared/browser-sign-in.ts'
import { PREFIX } from '../shared/naming.ts'
import type { HubSettings } from '../shared/settings.ts'
import { MACHINE_SCOPE, TENANT_CLAIM } from '../shared/tenant.ts'
import type { HubTags } from './tags.ts'

/**
 * The older pages, which need no branding style for the app client and no feature plan above Lite. Without a style, the newer pages only show an
 * error.
 */
const CLASSIC = 1

/** Cognito adds this prefix to the declared names of custom attributes. */
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

/** A pool without a domain has no sign-in pages and no token endpoint; its key set can be read through an endpoint. */
export class Identity extends pulumi.ComponentResource {
  readonly userPoolId: pulumi.Output<string>
  readonly userPoolArn: pulumi.Output<string>
  readonly userPoolClientId: pulumi.Output<string>
  /** The claim `iss` of its tokens. */
  readonly issuer: pulumi.Output<string>
  /** The host of the token endpoint, known after the scope for machines was made. */
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
      // With self sign-up, users could choose their tenant.
      adminCreateUserConfig: { allowAdminCreateUserOnly: true },
      usernameAttributes: ['email'],
      usernameConfiguration: { caseSensitive: false },
      schemas: [
        {
          name: TENANT_CLAIM.slice(CUSTOM.length),
          attributeDataType: 'String',
          // Not even an administrator can move a user to another tenant: a person who changes tenants gets a new user.
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

/** Without the setting no inputs are declared, so that the pool of an earlier version does not change. */
const secondFactor = ({ userPoolMfa }: Pick<HubSettings, 'userPoolMfa'>) =>
  userPoolMfa === 'off'
    ? {}
    : {
        mfaConfiguration: userPoolMfa === 'required' ? 'ON' : 'OPTIONAL',
        softwareTokenMfaConfiguration: { enabled: true },
      }

/**
 * The pool's domain, where people sign in by browser and machines get tokens, and the one scope that machines' app clients may have
 * (docs/machines.md).
 */
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
 * Only the user name is mapped from a provider's claims. A mapped attribute is written at every sign-in, and one that names the tenant would let
 * a provider choose it. The group that Cognito makes for the provider ties people to their tenant instead (shared/federation.ts).
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
      // The password goes to Cognito over TLS, and nowhere else. With SRP not even Cognito would get it, but every client would need a
      // cryptographic protocol, and Cognito stores a verifier of the password anyway.
      explicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      preventUserExistenceErrors: 'ENABLED',
      enableTokenRevocation: true,
      // ID and access tokens are valid for minutes, because a token cannot be taken back. A session lasts for a working day.
      idTokenValidity: 30,
      accessTokenValidity: 30,
      refreshTokenValidity: 12,
      tokenValidityUnits: { idToken: 'minutes', accessToken: 'minutes', refreshToken: 'hours' },
      // The attributes that the client may read are in the ID token.
      readAttributes: [TENANT_CLAIM, 'email', 'email_verified', 'name'],
      // If this were left out, the client could write every attribute.
      writeAttributes: ['name'],
      ...(settings.userPoolDomain !== undefined && browserSignIn(settings)),
    },
    opts,
  )
}

/** The same app client for every kind of sign-in, so that there is one audience and one rule of the load balancer. */
const browserSignIn = ({
  browserOrigin,
  federatedProviders,
}: Pick<HubSettings, 'browserOrigin' | 'federatedProviders'>) => ({
  allowedOauthFlowsUserPoolClient: true,
  // The command uses PKCE; Cognito does not demand it.
  allowedOauthFlows: ['code'],
  allowedOauthScopes: [SIGN_IN_SCOPE],
  // People return to the client's page after signing in and after signing out.
  callbackUrls: [...LOGIN_CALLBACKS, ...pageOf(browserOrigin)],
  logoutUrls: [...LOGIN_CALLBACKS, ...pageOf(browserOrigin)],
  supportedIdentityProviders: ['COGNITO', ...Object.keys(federatedProviders)],
})

const pageOf = (origin: string | undefined) => (origin === undefined ? [] : [`${origin}/`])
