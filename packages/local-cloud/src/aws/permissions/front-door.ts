/** What stands before and around the load balancer: certificate, names, firewall; and who may sign in. */
import type { Situation } from '../../resource/resource-type.ts'
import { arn, known, object, text, texts } from '../../resource/values.ts'
import {
  call,
  calls,
  changed,
  later,
  lifeCycle,
  newTags,
  ownTags,
  type Permissions,
  resourceTags,
  retag,
  serviceLinkedRole,
  when,
} from './permission.ts'

const certificate = lifeCycle((situation, { outputs }) => {
  const certificateArn = known(outputs, 'arn')
  const on = (action: string, context = {}) => call(`acm:${action}`, certificateArn, context)
  return {
    create: [
      call('acm:RequestCertificate', '*', {
        ...newTags(situation),
        'acm:DomainNames': [
          known(situation.inputs, 'domainName'),
          ...texts(situation.inputs, 'subjectAlternativeNames'),
        ],
        'acm:ValidationMethod': text(situation.inputs, 'validationMethod') ?? 'NONE',
      }),
      on('AddTagsToCertificate', newTags(situation)),
    ],
    read: [on('DescribeCertificate'), on('ListTagsForCertificate')],
    update: [
      ...when(changed(situation, 'options'), on('UpdateCertificateOptions')),
      ...retag(situation, { add: 'acm:AddTagsToCertificate', remove: 'acm:RemoveTagsFromCertificate' }, certificateArn),
    ],
    delete: [on('DeleteCertificate')],
  }
})

/** It only waits until the certificate is issued. */
const certificateValidation = lifeCycle(({ inputs }) => {
  const read = [call('acm:DescribeCertificate', known(inputs, 'certificateArn'))]
  return { create: read, read, delete: [] }
})

const record = lifeCycle(({ inputs }) => {
  const zone = `arn:aws:route53:::hostedzone/${known(inputs, 'zoneId')}`
  const change = [
    call('route53:ChangeResourceRecordSets', zone),
    call('route53:GetHostedZone', zone),
    // Its id is Route 53's choice.
    call('route53:GetChange', 'arn:aws:route53:::change/*'),
  ]
  return {
    create: change,
    read: [call('route53:GetHostedZone', zone), call('route53:ListResourceRecordSets', zone)],
    update: change,
    delete: [...change, call('route53:ListResourceRecordSets', zone)],
  }
})

const webAcl = lifeCycle((situation, { outputs }) => {
  const aclArn = known(outputs, 'arn')
  const on = (action: string, context = {}) => call(`wafv2:${action}`, aclArn, { ...ownTags(situation), ...context })
  // Rules refer to AWS's own groups of rules, which belong to no account.
  const groups = arn(situation, 'wafv2', 'regional/managedruleset/*/*')
  const write = (action: string) => [on(action), call(`wafv2:${action}`, groups)]
  return {
    create: [
      on('CreateWebACL', newTags(situation)),
      call('wafv2:CreateWebACL', groups),
      on('TagResource', newTags(situation)),
    ],
    read: [on('GetWebACL'), on('ListTagsForResource')],
    update: [
      ...when(
        changed(situation, 'description', 'defaultAction', 'rules', 'visibilityConfig', 'customResponseBodies'),
        on('GetWebACL'),
        ...write('UpdateWebACL'),
      ),
      ...retag(situation, { add: 'wafv2:TagResource', remove: 'wafv2:UntagResource' }, aclArn),
    ],
    delete: [on('GetWebACL'), on('DeleteWebACL')],
  }
})

/**
 * WAF asks the load balancer's service with the permissions of whoever associates: the action of old, which IAM knows without a
 * resource, and one for each operation.
 */
const atBalancer = (action: string, balancer: string) => call(`elasticloadbalancing:${action}`, balancer)
const setWebAcl = call('elasticloadbalancing:SetWebAcl')

const webAclAssociation = lifeCycle(({ inputs, ledger }) => {
  const balancer = known(inputs, 'resourceArn')
  const aclArn = known(inputs, 'webAclArn')
  const tags = resourceTags(ledger.findBy('aws:wafv2/webAcl:WebAcl', 'arn', aclArn)?.outputs)
  const onBoth = (action: string) => [call(`wafv2:${action}`, aclArn, tags), call(`wafv2:${action}`, balancer)]
  return {
    create: [...onBoth('AssociateWebACL'), setWebAcl, atBalancer('CreateWebACLAssociation', balancer)],
    read: [...onBoth('GetWebACLForResource'), atBalancer('GetLoadBalancerWebACL', balancer)],
    delete: [call('wafv2:DisassociateWebACL', balancer), setWebAcl, atBalancer('DeleteWebACLAssociation', balancer)],
  }
})

/** To a log group: WAF lets itself write there by a resource policy of CloudWatch Logs. */
const webAclLogging = lifeCycle((situation) => {
  const aclArn = known(situation.inputs, 'resourceArn')
  const on = (action: string) => call(`wafv2:${action}`, aclArn)
  const put = [
    serviceLinkedRole(situation, 'wafv2.amazonaws.com', 'AWSServiceRoleForWAFV2Logging'),
    on('PutLoggingConfiguration'),
    ...calls('logs:CreateLogDelivery', 'logs:DescribeLogGroups', 'logs:DescribeResourcePolicies'),
    call('logs:PutResourcePolicy'),
  ]
  return {
    create: put,
    read: [on('GetLoggingConfiguration')],
    update: put,
    delete: [on('DeleteLoggingConfiguration'), ...calls('logs:DeleteLogDelivery')],
  }
})

const userPool = lifeCycle((situation, { outputs }) => {
  const poolArn = known(outputs, 'arn')
  const on = (action: string, context = {}) =>
    call(`cognito-idp:${action}`, poolArn, { ...ownTags(situation), ...context })
  const second =
    object(situation.inputs, 'softwareTokenMfaConfiguration') !== undefined || changed(situation, 'mfaConfiguration')
  return {
    create: [
      call('cognito-idp:CreateUserPool', '*', newTags(situation)),
      on('TagResource', newTags(situation)),
      ...when(second, ...later(['mfaConfiguration', 'softwareTokenMfaConfiguration'], on('SetUserPoolMfaConfig'))),
    ],
    read: [on('DescribeUserPool'), on('GetUserPoolMfaConfig')],
    update: [
      ...when(changed(situation, 'schemas'), on('AddCustomAttributes')),
      ...when(second, on('SetUserPoolMfaConfig')),
      on('UpdateUserPool'),
      ...retag(situation, { add: 'cognito-idp:TagResource', remove: 'cognito-idp:UntagResource' }, poolArn),
    ],
    delete: [on('DeleteUserPool')],
  }
})

function poolOf(situation: Situation) {
  const poolId = known(situation.inputs, 'userPoolId')
  const tags = resourceTags(situation.ledger.find('aws:cognito/userPool:UserPool', poolId)?.outputs)
  return (action: string) => [call(`cognito-idp:${action}`, arn(situation, 'cognito-idp', `userpool/${poolId}`), tags)]
}

const userPoolClient = lifeCycle((situation) => {
  const on = poolOf(situation)
  return {
    create: on('CreateUserPoolClient'),
    read: on('DescribeUserPoolClient'),
    update: on('UpdateUserPoolClient'),
    delete: on('DeleteUserPoolClient'),
  }
})

const userGroup = lifeCycle((situation) => {
  const on = poolOf(situation)
  return { create: on('CreateGroup'), read: on('GetGroup'), update: on('UpdateGroup'), delete: on('DeleteGroup') }
})

export const frontDoorPermissions: Readonly<Record<string, Permissions>> = {
  'aws:acm/certificate:Certificate': certificate,
  'aws:acm/certificateValidation:CertificateValidation': certificateValidation,
  'aws:route53/record:Record': record,
  'aws:wafv2/webAcl:WebAcl': webAcl,
  'aws:wafv2/webAclAssociation:WebAclAssociation': webAclAssociation,
  'aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration': webAclLogging,
  'aws:cognito/userPool:UserPool': userPool,
  'aws:cognito/userPoolClient:UserPoolClient': userPoolClient,
  'aws:cognito/userGroup:UserGroup': userGroup,
}
