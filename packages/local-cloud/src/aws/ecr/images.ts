/** Repositories and their images, by tag and by digest. */
import type { LedgerView } from '../../ledger/ledger.ts'
import type { Image, Organization } from '../../organization.ts'
import { call } from '../../resource/permission.ts'

export const REPOSITORY = 'aws:ecr/repository:Repository'
export const LIFECYCLE_POLICY = 'aws:ecr/lifecyclePolicy:LifecyclePolicy'

export const ecr = (action: string, resource?: string, context = {}) => call(`ecr:${action}`, resource, context)

export interface Registry {
  readonly account: string
  readonly region: string
}

export const findRepository = (ledger: LedgerView, { account, region }: Registry, name: string) =>
  ledger.where(REPOSITORY, 'name', name).find((one) => one.account === account && one.region === region)

/** `111111111111.dkr.ecr.us-east-1.amazonaws.com/genai-gateway@sha256:…` */
const BY_DIGEST =
  /^(?<host>(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com)\/(?<name>[a-z0-9._/-]+)@(?<digest>sha256:[0-9a-f]{64})$/

export interface NamedImage extends Registry {
  readonly host: string
  readonly repositoryName: string
  readonly digest: string
}

/** The repository and digest in an image's name; undefined for an image of another registry, or one named by its tag. */
export function readImage(name: string): NamedImage | undefined {
  const { host, account, region, name: repositoryName, digest } = BY_DIGEST.exec(name)?.groups ?? {}
  return host && account && region && repositoryName && digest
    ? { host, account, region, repositoryName, digest }
    : undefined
}

/** An image, if its repository has it. */
export function findImage(
  ledger: LedgerView,
  { images = [] }: Pick<Organization, 'images'>,
  { account, region, repositoryName, digest }: Omit<NamedImage, 'host'>,
): Image | undefined {
  if (!findRepository(ledger, { account, region }, repositoryName)) return undefined
  return images.find((one) => one.repositoryName === repositoryName && one.digest === digest)
}
