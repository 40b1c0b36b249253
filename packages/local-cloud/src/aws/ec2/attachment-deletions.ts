/**
 * An attachment is one thing with two declarations: its owner's, and that of the account which accepted it. The AWS provider deletes the
 * attachment for either of them, so a deletion of both is one deletion and a second one that finds nothing.
 */
import { AwsError } from '../../errors.ts'
import type { Effect, Ledger } from '../../ledger/ledger.ts'
import { known } from '../../resource/values.ts'
import { ACCEPTER, ATTACHMENT } from './transit-gateway-state.ts'

/** @param refused whether AWS refuses the second deletion. @default false */
export function attachmentDeletions(ledger: Ledger, refused = false): Effect {
  /** Ids of attachments that their accepter has deleted. */
  const deleted = new Set<string>()
  return async ({ kind, resource }) => {
    if (resource.type === ACCEPTER) {
      const id = known(resource.inputs, 'transitGatewayAttachmentId')
      // One that a stack gives up without deleting it is there still.
      const isThere = ledger.where(ACCEPTER, 'transitGatewayAttachmentId', id).length > 0
      if (kind === 'deleted' && !isThere) deleted.add(id)
      else deleted.delete(id)
    }
    if (resource.type !== ATTACHMENT || kind !== 'deleted') return
    if (refused && deleted.has(resource.id))
      throw new AwsError('IncorrectState', `${resource.id} is in invalid state: deleted`)
    // An accepter that a stack gave up without deleting it is nothing without its attachment.
    for (const { urn } of ledger.where(ACCEPTER, 'transitGatewayAttachmentId', resource.id)) await ledger.delete(urn)
    deleted.delete(resource.id)
  }
}
