/** One declared resource, and what its inputs and outputs are made of. */

/** Plain JSON, as on Pulumi's wire, with secrets unwrapped. Assets are {@link AssetValue} or {@link ArchiveValue}. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value }
export type Properties = { readonly [key: string]: Value }

/** A file that was handed over. `sha256` is of its bytes, hexadecimal. `path` is absolute. */
export type AssetValue =
  | { readonly asset: 'text'; readonly text: string; readonly sha256: string }
  | { readonly asset: 'file'; readonly path: string; readonly sha256: string }

/** An archive that was handed over: entries by their path inside it, or an archive file (zip). */
export type ArchiveValue =
  | {
      readonly archive: 'entries'
      readonly entries: { readonly [path: string]: AssetValue | ArchiveValue }
      readonly sha256: string
    }
  | { readonly archive: 'file'; readonly path: string; readonly sha256: string }

export interface Declared {
  readonly urn: string
  /** Pulumi type token, `aws:ec2/vpc:Vpc`. */
  readonly type: string
  /** Physical id, as AWS would answer: `vpc-0…`, a name or an ARN. */
  readonly id: string
  readonly account: string
  readonly region: string
  readonly inputs: Properties
  /** What AWS answers; includes the inputs, so a reader needs only this. */
  readonly outputs: Properties
  /** Pulumi's own view of the resource, kept for tests of the programs. */
  readonly options: {
    readonly parent?: string
    readonly dependencies: readonly string[]
    readonly protect: boolean
    readonly retainOnDelete: boolean
  }
}
