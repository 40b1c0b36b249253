import { expect, it } from 'vitest'
import { leftLogs, leftLogsText } from './left-logs.ts'

const place = { account: '222222222222', region: 'us-east-1' }

it('names each group with the command that deletes it, and says nothing where nothing is left', () => {
  expect(leftLogsText([{ ...place, groups: [] }])).toEqual([])
  expect(leftLogsText([{ ...place, groups: ['/genai/tenant1/flow-logs-1'] }])).toEqual([
    expect.stringContaining('remain in account 222222222222'),
    '  aws logs delete-log-group --region us-east-1 --log-group-name /genai/tenant1/flow-logs-1',
  ])
})

it('says what nobody knows, and how to look', () => {
  const [why, how] = leftLogsText([{ ...place, groups: [], unknown: 'AccessDeniedException' }])
  expect(why).toBe('Whether log groups remain in account 222222222222 is not known: AccessDeniedException')
  expect(how).toContain('aws logs describe-log-groups --region us-east-1')
})

it('is not stopped by a stack whose file is not here', async () => {
  const connection = { where: 'AWS', needsPulumi: false } as const
  const [text] = leftLogsText(await leftLogs('elsewhere', { aws: true, connection }))
  expect(text).toMatch(
    /^Whether log groups remain in account of elsewhere is not known: There is no Pulumi\.elsewhere\.yaml/,
  )
})
