/** The registry of operations: one line each. Read by sts.ts and by the faults. */
export { assumeRole as AssumeRole } from './operations/assume-role.ts'
export { getCallerIdentity as GetCallerIdentity } from './operations/get-caller-identity.ts'
export { getWebIdentityToken as GetWebIdentityToken } from './operations/get-web-identity-token.ts'
