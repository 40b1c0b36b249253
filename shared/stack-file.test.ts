import { describe, expect, it } from 'vitest'
import { parseStackFile, stackOfFile } from './stack-file.ts'

const PROJECT = 'genai-hub-spoke'
const read = (text: string) => parseStackFile('Pulumi.spoke-tenant1.yaml', text, PROJECT)

describe('a stack’s file', () => {
  it('is known by its name, with either ending', () => {
    expect(
      ['Pulumi.hub.yaml', 'Pulumi.hub2.yml', 'Pulumi.yaml', 'Pulumi.hub.yaml.bak', 'x.yaml'].map(stackOfFile),
    ).toEqual(['hub', 'hub2', undefined, undefined, undefined])
  })

  it('is read as pulumi config hands it to a program', () => {
    expect(
      read('config:\n  genai-hub-spoke:tenantId: tenant1\n  genai-hub-spoke:zones: [a, b]\n  aws:region: x\n'),
    ).toEqual({
      'genai-hub-spoke:tenantId': 'tenant1',
      'genai-hub-spoke:zones': '["a","b"]',
      'aws:region': 'x',
    })
    expect(read('encryptionsalt: v1:abc\n')).toBeUndefined()
  })

  it('with an encrypted setting is refused with the command, unless it is another namespace’s', () => {
    expect(() => read('config:\n  genai-hub-spoke:tier:\n    secure: v1:abc\n')).toThrow(
      /"genai-hub-spoke:tier" is encrypted/,
    )
    expect(read('config:\n  other:key:\n    secure: v1:abc\n')).toEqual({})
  })

  it('with client secrets says whose they are, and not what; encrypted as a whole it is refused with the command', () => {
    const key = 'genai-hub-spoke:federatedSecrets'
    expect(read(`config:\n  ${key}:\n    acme:\n      secure: v1:abc\n`)).toEqual({
      [key]: '{"acme":{"secure":"v1:abc"}}',
    })
    expect(() => read(`config:\n  ${key}:\n    secure: v1:abc\n`)).toThrow(/encrypted as a whole/)
  })

  it('that is no YAML is refused by its name', () => {
    expect(() => read('config: [')).toThrow(/^Pulumi\.spoke-tenant1\.yaml is not valid YAML/)
  })
})
