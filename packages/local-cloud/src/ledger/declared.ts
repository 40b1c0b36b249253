/** One declared resource, and what its inputs and outputs are made of. */

/** Plain JSON, as Pulumi sends it, with secrets unwrapped. Assets are {@link AssetValue} or {@link ArchiveValue}. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value }
export type Properties = { readonly [key: string]: Value }

/** A file that a program passed in. `sha256` is the hash of its bytes, in hexadecimal. `path` is absolute. */
export type AssetValue =
  | { readonly asset: 'text'; readonly text: string; readonly sha256: string }
  | { readonly asset: 'file'; readonly path: string; readonly sha256: string }

/** An archive that a program passed in: entries by their path inside it, or an archive file (zip). */
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
  /** The physical id in AWS's form: `vpc-0…`, a name or an ARN. */
  readonly id: string
  readonly account: string
  readonly region: string
  readonly inputs: Properties
  /** The outputs as AWS returns them. They include the inputs, so readers need nothing else. */
  readonly outputs: Properties
  /** The Pulumi options of the resource, kept for tests of the programs. */
  readonly options: {
    readonly parent?: string
    readonly dependencies: readonly string[]
    readonly protect: boolean
    readonly retainOnDelete: boolean
  }
}
