/** The registry of operations, one line for each. sts.ts and the faults read it. */
export { assumeRole as AssumeRole } from './operations/assume-role.ts'
export { getCallerIdentity as GetCallerIdentity } from './operations/get-caller-identity.ts'
export { getWebIdentityToken as GetWebIdentityToken } from './operations/get-web-identity-token.ts'
