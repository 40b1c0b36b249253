/** The page's files as objects of its bucket. */
import { relative } from 'node:path'
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { NOT_FOUND_PAGE, type PageFile, START_PAGE } from './files.ts'

export interface ObjectsArgs {
  readonly bucket: pulumi.Input<string>
  readonly files: readonly PageFile[]
  /** The resource that must exist before the page is served. */
  readonly after: pulumi.Resource
}

/**
 * A file that the page refers to is uploaded before the page and deleted after it. So somebody who opens the page during a deployment gets
 * a complete old or new page. Files with a hash in their names are added and deleted, never changed.
 */
export function objects(name: string, { bucket, files, after }: ObjectsArgs, opts: pulumi.CustomResourceOptions): void {
  const put = (file: PageFile, dependsOn: pulumi.Resource[]) => object(name, bucket, file, { ...opts, dependsOn })
  const parts = files.filter(({ key }) => !isPage(key)).map((file) => put(file, [after]))
  for (const page of files.filter(({ key }) => isPage(key))) put(page, [after, ...parts])
}

const isPage = (key: string) => key === START_PAGE || key === NOT_FOUND_PAGE

function object(
  name: string,
  bucket: pulumi.Input<string>,
  { key, contentType, cacheControl, source }: PageFile,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const content =
    'text' in source
      ? { content: source.text }
      : // A relative path, so that the state contains nothing about the machine.
        { source: new pulumi.asset.FileAsset(relative(process.cwd(), source.path)) }
  return new aws.s3.BucketObjectv2(`${name}-${key}`, { bucket, key, contentType, cacheControl, ...content }, opts)
}
