/** The name of an image: a registry, a repository, and a tag or a digest. */
import { UserError } from '../verb.ts'

export interface ImageReference {
  /** Name of the registry, with its port if it has one. */
  readonly registry: string
  readonly repository: string
  /** The digest if there is one, otherwise the tag. */
  readonly wanted: string
  /** `REGISTRY/REPOSITORY`, without tag and digest. */
  readonly name: string
}

export const DIGEST = /^sha256:[0-9a-f]{64}$/

const FORM =
  /^(?<registry>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?)\/(?<repository>[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/

/** @throws UserError for a short name, which each tool completes differently, and for a name without a tag */
export function parseReference(text: string): ImageReference {
  const { registry = '', repository = '', tag, digest } = FORM.exec(text)?.groups ?? {}
  const wanted = digest ?? tag
  const isRegistry = /[.:]/.test(registry) || registry === 'localhost'
  if (!isRegistry || wanted === undefined)
    throw new UserError(
      `${JSON.stringify(text)} names no image. It takes REGISTRY/REPOSITORY:TAG or REGISTRY/REPOSITORY@sha256:DIGEST, with the registry's name.`,
      `Such as ${DEFAULT_BASE}.`,
    )
  return { registry, repository, wanted, name: `${registry}/${repository}` }
}

/** Docker's own image of Node, from AWS's copy of it, which can be read without an account. */
export const DEFAULT_BASE = 'public.ecr.aws/docker/library/node:24-slim'

/** `docker.io` is only a name; the registry's API has another host. As with Docker, plain HTTP is allowed for this computer only. */
export function registryUrl(registry: string): URL {
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry
  return new URL(`${isThisMachine(host) ? 'http' : 'https'}://${host}`)
}

export const isThisMachine = (host: string) => /^(localhost|127(\.\d{1,3}){3})(:\d+)?$/.test(host)
