/** The part of the packages' schemas that the local cloud uses: the names of types and inputs. */
import { createRequire } from 'node:module'
import { AWSX_VPC, AWSX_VPC_INPUTS } from '../../aws/ec2/awsx-vpc.ts'
import { invokeTokens, resourceTypes, rowOf } from '../../aws/registry.ts'

const require = createRequire(import.meta.url)

/** The version of a package that the programs import. The engine asks plugins for it. */
export const versionOf = (name: string): string => (require(`${name}/package.json`) as { version: string }).version

const ANY = { $ref: 'pulumi.json#/Any' }

const topLevel = (inputs: readonly string[]) =>
  Object.fromEntries([...new Set(inputs.map((path) => path.replace(/\..*/, '')))].map((name) => [name, ANY]))

export const awsSchema = (): object => ({
  name: 'aws',
  version: versionOf('@pulumi/aws'),
  resources: Object.fromEntries(
    resourceTypes().map((type) => {
      const { inputs, required = [] } = rowOf(type)
      const inputProperties = topLevel(inputs)
      return [type, { inputProperties, requiredInputs: required, properties: inputProperties }]
    }),
  ),
  functions: Object.fromEntries(invokeTokens().map((token) => [token, {}])),
})

export const awsxSchema = (): object => ({
  name: 'awsx',
  version: versionOf('@pulumi/awsx'),
  resources: { [AWSX_VPC]: { isComponent: true, inputProperties: topLevel(AWSX_VPC_INPUTS) } },
})
