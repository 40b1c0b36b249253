/** Bundles the gateway's code. The options are exported, so that the benchmark measures what is deployed. */
import type { BuildOptions } from 'esbuild'
import { BUNDLE_OPTIONS, type Bundle, bundleFunction } from '../../shared/bundle.ts'

const ENTRY = 'functions/gateway/handler.ts'

export const gatewayBundle = { ...BUNDLE_OPTIONS, entryPoints: [ENTRY] } as const satisfies BuildOptions

/**
 * @param directory for the bundles.
 * @default `.local/bundles` of the project
 */
export const bundleGateway = (directory?: string): Promise<Bundle> => bundleFunction(ENTRY, directory)
