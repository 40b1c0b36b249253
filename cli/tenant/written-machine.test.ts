import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { machineIssuers } from '../../shared/settings/of-spoke/machine-issuers.ts'
import { withMachine, withoutMachine } from './written-machine.ts'

const ISSUER = {
  issuer: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example',
  claims: { client_id: '12345e67', token_use: 'access', scope: 'genai/invoke' },
}
const machine = (name: string) => ({ project: 'p', name, issuer: ISSUER })

const FILE = `# Tenant 1.
config:
  p:role: spoke # a comment

  # The last one.
  p:tier: small
`

describe('a machine in a stack file', () => {
  it('comes behind everything, and leaves the rest alone', () => {
    const text = withMachine(FILE, machine('app')) ?? ''
    expect(text).toBe(
      `${FILE}  p:machineIssuers:\n    app: { issuer: ${ISSUER.issuer}, claims: { client_id: "12345e67", token_use: access, scope: genai/invoke } }\n`,
    )
    const { config } = parse(text)
    expect(machineIssuers.parse(JSON.stringify(config['p:machineIssuers']))).toMatchObject({ app: ISSUER })
  })

  it('comes behind those that are there, and goes without them', () => {
    const one = withMachine(FILE, machine('app')) ?? ''
    const two = withMachine(one, machine('batch-2')) ?? ''
    expect(Object.keys(parse(two).config['p:machineIssuers'])).toEqual(['app', 'batch-2'])
    expect(withoutMachine(two, { project: 'p', name: 'batch-2' })).toBe(one)
    expect(
      Object.keys(parse(withoutMachine(two, { project: 'p', name: 'app' }) ?? '').config['p:machineIssuers']),
    ).toEqual(['batch-2'])
    expect(withoutMachine(one, { project: 'p', name: 'app' })).toBe(FILE)
  })

  it('stays with settings that follow, over several lines and with another end of lines', () => {
    const text =
      'config:\r\n  p:machineIssuers:\r\n    ci:\r\n      issuer: https://a.example.com\r\n      claims: { sub: x }\r\n  p:tier: small\r\n'
    const two = withMachine(text, machine('app')) ?? ''
    expect(two).toContain('claims: { sub: x }\r\n    app: {')
    expect(parse(two).config['p:tier']).toBe('small')
    expect(withoutMachine(two, { project: 'p', name: 'app' })).toBe(text)
  })

  it.each([
    ['no settings', 'a: 1\n'],
    ['settings on one line', 'config: { p:role: spoke }\n'],
    ['machines on one line', 'config:\n  p:machineIssuers: { ci: { issuer: x } }\n'],
  ])('is not written into a file with %s', (_, text) => {
    expect(withMachine(text, machine('app'))).toBeUndefined()
  })

  it('that is not there is not taken away', () => {
    expect(withoutMachine(FILE, { project: 'p', name: 'app' })).toBeUndefined()
  })
})
