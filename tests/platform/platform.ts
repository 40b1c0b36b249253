/** The end-to-end fixture of the tests: the platform that `prove` runs against as well. */
export { type Platform, type PlatformOptions, startPlatform } from '../../proof/harness/platform.ts'
