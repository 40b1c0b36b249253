import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { expect, it } from 'vitest'
import { requireBoundary } from './boundary.ts'

const OWN = 'arn:aws:iam::222222222222:policy/genai-boundary-tenant1'
const WANTED = { tenantId: 'tenant1', account: '222222222222', sharedAccount: true }

/** @returns which policies were asked for */
async function asked(wanted: typeof WANTED, answer: () => Record<string, unknown>): Promise<readonly unknown[]> {
  const arns: unknown[] = []
  await pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
    call: ({ inputs }) => {
      arns.push(inputs.arn)
      return answer()
    },
  })
  await requireBoundary(wanted, new aws.Provider('checks', { region: 'us-east-1' }))
  return arns
}

/** As gRPC hands it to the runtime. */
const fails = (words: string) => () => {
  throw Object.assign(new Error(words), { code: 2, details: words })
}

it('a tenant that shares its account has its boundary looked for, and no other tenant anything', async () => {
  expect(await asked(WANTED, () => ({ arn: OWN }))).toEqual([OWN])
  expect(await asked({ ...WANTED, sharedAccount: false }, fails('not asked'))).toEqual([])
})

it('without it the tenant is refused, with who makes it, and what AWS said', async () => {
  await expect(asked(WANTED, fails('NoSuchEntity: not found'))).rejects.toThrow(
    /tenant1 shares account 222222222222, and the managed policy genai-boundary-tenant1, .* was not found\. An administrator of the account makes it, and the role genai-deployer-tenant1 .* docs\/deployers\.md .*NoSuchEntity/s,
  )
})

it.each([
  'AccessDenied: not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/x',
  'ExpiredToken: the security token included in the request is expired',
])('an account that is not reached is another matter, told by who signs in: %s', async (words) => {
  await expect(asked(WANTED, fails(words))).rejects.toThrow(new RegExp(`^(?!.*shares account).*${words}`, 's'))
})
