/** The name of the gateway's image for Fargate in the hub's repository. The tag depends on what the image contains. */
import { createHash } from 'node:crypto'
import type { Bundle } from './bundle.ts'

/** The entry of the container's program, relative to the project's folder. */
export const GATEWAY_SERVER = 'functions/gateway/server.ts'

/** The platform on Fargate: cheaper than x86, and the same as the function's. */
export const GATEWAY_PLATFORM = 'linux/arm64'

/** The user that runs the program in the container: not root, and no user of the host. */
export const GATEWAY_USER = '1000:1000'

/** The command that puts the image of this version into the hub's repository. */
export const IMAGE_COMMAND = 'npm run genai -- image --aws'

/** Increased when `cli/image/` puts an image together in another way. */
const LAYOUT = 1

/** The same bundle, base, platform and layout give the same tag, and then nothing has to be built or pushed. Tags are immutable. */
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
