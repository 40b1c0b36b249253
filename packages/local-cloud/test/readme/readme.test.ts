import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { refusalsOf } from './refusals.ts'
import { parts, README, tables } from './tables.ts'

describe("the package's README", () => {
  it('has tables of what there is: npm run readme -w @genai/local-cloud', () => {
    expect(parts(readFileSync(README, 'utf8')).between).toBe(tables())
  })

  it('knows what a row refuses itself, and what it asks others to', () => {
    const row = join(dirname(README), 'src/aws/ec2/resources/subnet.ts')
    expect(refusalsOf(row, 'subnet')).toEqual(
      expect.arrayContaining(['InvalidSubnet.Conflict', 'InvalidParameterValue', 'InvalidVpcID.NotFound']),
    )
  })
})
