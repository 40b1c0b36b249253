/**
 * An attachment is declared twice: by its owner and by the account that accepts it. The AWS provider deletes the attachment itself for either
 * declaration. If both are deleted, the second deletion finds no attachment.
 */
import { AwsError } from '../../errors.ts'
import type { Effect, Ledger } from '../../ledger/ledger.ts'
import { known } from '../../resource/values.ts'
import { ACCEPTER, ATTACHMENT } from './transit-gateway-state.ts'

/**
 * @param refused whether the second deletion is refused. AWS does not document it.
 * @default false
 */
export function attachmentDeletions(ledger: Ledger, refused = false): Effect {
  /** The ids of attachments that the accepting account has deleted. */
  const deleted = new Set<string>()
  return async ({ kind, resource }) => {
    if (resource.type === ACCEPTER) {
      const id = known(resource.inputs, 'transitGatewayAttachmentId')
      // With `retainOnDelete` the ledger still has the accepter, and AWS the attachment.
      const isThere = ledger.where(ACCEPTER, 'transitGatewayAttachmentId', id).length > 0
      if (kind === 'deleted' && !isThere) deleted.add(id)
      else deleted.delete(id)
    }
    if (resource.type !== ATTACHMENT || kind !== 'deleted') return
    if (refused && deleted.has(resource.id))
      throw new AwsError('IncorrectState', `${resource.id} is in invalid state: deleted`)
    // The accepter goes with the attachment, also one that `retainOnDelete` has kept.
    for (const { urn } of ledger.where(ACCEPTER, 'transitGatewayAttachmentId', resource.id)) await ledger.delete(urn)
    deleted.delete(resource.id)
  }
}
