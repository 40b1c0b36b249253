/** The gateway's image for Fargate: what it is called in the hub's repository, by what is in it. */
import { createHash } from 'node:crypto'
import type { Bundle } from './bundle.ts'

/** The container's entry, from the project's folder. */
export const GATEWAY_SERVER = 'functions/gateway/server.ts'

/** What Fargate runs it on: cheaper than x86, and what the function runs on too. */
export const GATEWAY_PLATFORM = 'linux/arm64'

/** Whom the container runs as: not root, and no user of the host's either. */
export const GATEWAY_USER = '1000:1000'

/** Puts the image of this version into the hub's repository. */
export const IMAGE_COMMAND = 'npm run genai -- image --aws'

/** Raised when `cli/image/` puts the same bundle onto the same base in another way. */
const LAYOUT = 1

/** Same bundle, base, platform and layout: same tag, and so nothing to build or to push. Tags are immutable. */
export function imageTag({
  bundle,
  baseImage,
  platform = GATEWAY_PLATFORM,
}: {
  readonly bundle: Pick<Bundle, 'sha256'>
  /** `REPOSITORY@sha256:DIGEST` */
  readonly baseImage: string
  readonly platform?: string
}): string {
  return createHash('sha256')
    .update(JSON.stringify([bundle.sha256, baseImage, platform, LAYOUT]))
    .digest('hex')
    .slice(0, 40)
}
