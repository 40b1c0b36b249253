/** What a tenant's gateway runs on. */
export const COMPUTES = ['lambda', 'fargate'] as const
export type Compute = (typeof COMPUTES)[number]
