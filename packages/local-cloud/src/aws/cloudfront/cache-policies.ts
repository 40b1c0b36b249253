/** AWS's own cache policies, by their ids (CloudFront developer guide, managed cache policies). */

const MANAGED: Readonly<Record<string, { readonly compresses: boolean }>> = {
  /** CachingOptimized */
  '658327ea-f89d-4fab-a63d-7e88639e58f6': { compresses: true },
  /** CachingOptimizedForUncompressedObjects */
  'b2884449-e4de-46a7-ac36-70bc7f1ddd6d': { compresses: false },
  /** CachingDisabled */
  '4135ea2d-6df8-44a3-9df3-4b5a84be39ad': { compresses: false },
}

export const isManagedCachePolicy = (id: string): boolean => Object.hasOwn(MANAGED, id)

/**
 * Whether answers are compressed with Brotli or gzip: the behaviour must ask for it, and the cache policy must cache compressed and uncompressed
 * answers separately.
 */
export const compresses = (id: string, wanted: boolean): boolean => wanted && MANAGED[id]?.compresses === true
