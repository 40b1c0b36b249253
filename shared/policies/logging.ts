/** Roles with which AWS services write logs in the tenant's account. Each may write to one log group, and only for this account. */
import { type PolicyDocument, policy } from './document.ts'

interface Source {
  readonly account: string
  readonly region: string
}

/** For flow logs of this account's VPCs only. */
export function flowLogTrustPolicy({ account, region }: Source): PolicyDocument {
  return serviceTrust('vpc-flow-logs.amazonaws.com', account, `arn:aws:ec2:${region}:${account}:vpc-flow-log/*`)
}

export function flowLogPolicy(logGroupArn: string): PolicyDocument {
  return policy({
    Sid: 'WriteFlowLogs',
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
    Resource: `${logGroupArn}:*`,
  })
}

export function invocationLogTrustPolicy({ account, region }: Source): PolicyDocument {
  return serviceTrust('bedrock.amazonaws.com', account, `arn:aws:bedrock:${region}:${account}:*`)
}

/** Bedrock writes to one stream with a fixed name. */
export function invocationLogPolicy(logGroupArn: string): PolicyDocument {
  return policy({
    Sid: 'WriteInvocationLogs',
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: `${logGroupArn}:log-stream:aws/bedrock/modelinvocations`,
  })
}

/** The two conditions prevent another account from using the service as a deputy. */
function serviceTrust(service: string, account: string, sourceArn: string): PolicyDocument {
  return policy({
    Effect: 'Allow',
    Principal: { Service: service },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'aws:SourceAccount': account }, ArnLike: { 'aws:SourceArn': sourceArn } },
  })
}
