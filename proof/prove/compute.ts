/** Where a tenant's gateway runs. */
export const COMPUTES = ['lambda', 'fargate'] as const
export type Compute = (typeof COMPUTES)[number]
