import { findText, type Invocation } from '../command.ts';
import { usageError } from '../command-error.ts';
import { askHidden, askLine, hasTerminal, readStdinText } from '../prompt.ts';

/** Options of every command that is told of a bucket. */
export const bucketOptions = {
  endpoint: { type: 'string' },
  region: { type: 'string' },
  'path-style': { type: 'boolean' },
  'credentials-stdin': { type: 'boolean' },
} as const;

export const bucketNotes =
  '--endpoint is the address of the store, such as https://s3.example.org; without it, it is Amazon S3 of the --region. --path-style is for stores that take no names of buckets before their own. The access key id and the secret access key are asked for; --credentials-stdin reads them as two lines from standard input.';

/** `s3://BUCKET[/PREFIX]`, with or without what is before it. */
export function readBucketPlace(invocation: Invocation, address: string) {
  const [bucket = '', ...steps] = address.replace(/^s3:\/\//, '').split('/');
  return {
    bucket,
    prefix: steps.join('/'),
    endpoint: findText(invocation, 'endpoint'),
    region: findText(invocation, 'region'),
    isPathStyle: invocation.values['path-style'] === true,
  };
}

/** SECURITY: never from arguments or the environment, which other programs can read. */
export async function readCredentials({ values }: Invocation) {
  if (values['credentials-stdin'] !== true && hasTerminal())
    return {
      accessKeyId: (await askLine('Access key id: ')).trim(),
      secretAccessKey: (await askHidden('Secret access key: ')).trim(),
    };
  const [accessKeyId = '', secretAccessKey = ''] = (await readStdinText()).split(/\r?\n/);
  if (accessKeyId.trim() === '' || secretAccessKey.trim() === '')
    throw usageError('Give two lines on standard input: the access key id, and the secret access key.');
  return { accessKeyId: accessKeyId.trim(), secretAccessKey: secretAccessKey.trim() };
}
