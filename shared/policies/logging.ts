/** Roles of the AWS services that write logs in the tenant's account. Each writes to one log group, for this account only. */
import { type PolicyDocument, policy } from './document.ts'

interface Source {
  readonly account: string
  readonly region: string
}

/** VPC flow logs of this account, and of no other account's VPC. */
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

/** Bedrock writes to one stream, whose name is fixed. */
export function invocationLogPolicy(logGroupArn: string): PolicyDocument {
  return policy({
    Sid: 'WriteInvocationLogs',
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: `${logGroupArn}:log-stream:aws/bedrock/modelinvocations`,
  })
}

/** The two conditions keep the service from being used as a deputy by another account. */
function serviceTrust(service: string, account: string, sourceArn: string): PolicyDocument {
  return policy({
    Effect: 'Allow',
    Principal: { Service: service },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'aws:SourceAccount': account }, ArnLike: { 'aws:SourceArn': sourceArn } },
  })
}
