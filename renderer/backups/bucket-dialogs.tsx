import { useQuery } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { ask, askConfirmed, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import { describeError } from '../api/problem.ts';
import { Button } from '../ui/button.tsx';
import { Checkbox } from '../ui/form/choices.tsx';
import { TextField } from '../ui/form/field.tsx';
import { ErrorLine } from '../ui/form/form-error.tsx';
import { Dialog } from '../ui/overlays/dialog.tsx';
import { FormDialog } from '../ui/overlays/form-dialog.tsx';
import { showToast } from '../ui/overlays/toasts.tsx';
import { formatDay } from '../ui/time.ts';
import type { Destination } from './backup-queries.ts';
import { asEncryptionBody, ENCRYPTED, EncryptionChoice } from './recipients/encryption-choice.tsx';

const FIELDS = [
  'name',
  'endpoint',
  'region',
  'bucket',
  'prefix',
  'access_key_id',
  'secret_access_key',
] as const;

/** A bucket is tried out before it is added. */
export function AddBucketDialog({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState<Record<(typeof FIELDS)[number], string>>({
    name: '',
    endpoint: '',
    region: '',
    bucket: '',
    prefix: '',
    access_key_id: '',
    secret_access_key: '',
  });
  const [isPathStyle, setPathStyle] = useState(false);
  const [acceptsPlainHttp, setAcceptsPlainHttp] = useState(false);
  const [encryption, setEncryption] = useState(ENCRYPTED);
  const isPlainHttp = text.endpoint.trim().startsWith('http://');
  const add = useApiMutation(
    () =>
      askConfirmed(() =>
        client.POST('/backups/destinations', {
          body: {
            kind: 's3',
            name: text.name,
            endpoint: text.endpoint.trim() || null,
            ...(text.region.trim() === '' ? {} : { region: text.region.trim() }),
            bucket: text.bucket.trim(),
            prefix: text.prefix.trim(),
            path_style: isPathStyle,
            access_key_id: text.access_key_id.trim(),
            secret_access_key: text.secret_access_key.trim(),
            accept_plain_http: isPlainHttp && acceptsPlainHttp,
            ...asEncryptionBody(encryption),
          },
        }),
      ),
    {
      changes: ['backups'],
      onDone: ({ note }) => {
        onClose();
        showToast({
          title: `${text.name.trim()} was added`,
          text: note ?? 'A file was written there, verified and deleted.',
        });
      },
    },
  );
  const field = (name: (typeof FIELDS)[number], taken?: string) => ({
    value: text[name],
    onChange: (event: { target: { value: string } }) => setText({ ...text, [name]: event.target.value }),
    error: add.fieldError(name, taken),
    maxLength: 1024,
  });
  return (
    <FormDialog
      title="Add a bucket"
      text="Of Amazon S3, or of any store that works as it does. A small file is written, read, listed and deleted to try it out."
      action="Add bucket"
      mutation={add}
      fields={[...FIELDS, 'recipients']}
      isReady={[text.name, text.bucket, text.access_key_id, text.secret_access_key].every(
        (each) => each.trim() !== '',
      )}
      onClose={onClose}
    >
      <TextField
        label="Name"
        {...field('name', 'There is a destination with this name already.')}
        hint="As you call the store."
        dir="auto"
        maxLength={100}
        autoFocus
      />
      <TextField
        label="Endpoint"
        {...field('endpoint')}
        hint="The address of the store, such as https://s3.example.org. Empty for Amazon S3."
        inputMode="url"
        isMono
      />
      {isPlainHttp && (
        <div className="grid gap-2">
          <Checkbox checked={acceptsPlainHttp} onChange={setAcceptsPlainHttp}>
            Accept plain http
          </Checkbox>
          <p className="text-12 text-text-2">
            Everyone on the way sees when backups are made and how large they are, and can keep them from
            arriving. Their content is encrypted, and the secret access key is never sent.
          </p>
        </div>
      )}
      <div className="grid grid-cols-2 items-start gap-4 max-phone:grid-cols-1">
        <TextField label="Bucket" {...field('bucket')} isMono />
        <TextField label="Region" {...field('region')} hint="Empty if the store has none." isMono />
      </div>
      <TextField
        label="Prefix"
        {...field('prefix')}
        hint="A folder in the bucket; empty for the bucket itself."
        isMono
      />
      <Checkbox checked={isPathStyle} onChange={setPathStyle}>
        Path style: the store takes no names of buckets before its own
      </Checkbox>
      <TextField label="Access key id" {...field('access_key_id')} isMono />
      <TextField
        label="Secret access key"
        type="password"
        {...field('secret_access_key')}
        hint="Encrypted here, and never shown again."
      />
      <EncryptionChoice
        place="bucket"
        value={encryption}
        onChange={setEncryption}
        error={add.fieldError('recipients')}
      />
    </FormDialog>
  );
}

interface BucketDialogProps {
  destination: Destination;
  onClose: () => void;
}

/** They are tried out before they take the place of those that are set. */
export function ReplaceCredentialsDialog({ destination: { id, name }, onClose }: BucketDialogProps) {
  const [keyId, setKeyId] = useState('');
  const [secret, setSecret] = useState('');
  const replace = useApiMutation(
    () =>
      askConfirmed(() =>
        client.PATCH('/backups/s3-sources/{id}', {
          params: { path: { id } },
          body: { access_key_id: keyId.trim(), secret_key: secret.trim() },
        }),
      ),
    {
      changes: ['backups', 'vault'],
      onDone: () => {
        onClose();
        showToast({
          title: `The credentials of ${name} were replaced`,
          text: 'A file was written with them, verified and deleted.',
        });
      },
    },
  );
  return (
    <FormDialog
      title="Replace the credentials"
      text={`Of ${name}. Backups there stay as they are.`}
      action="Replace"
      mutation={replace}
      fields={['access_key_id', 'secret_access_key']}
      isReady={keyId.trim() !== '' && secret.trim() !== ''}
      onClose={onClose}
    >
      <TextField
        label="Access key id"
        value={keyId}
        onChange={(event) => setKeyId(event.target.value)}
        error={replace.fieldError('access_key_id')}
        maxLength={1024}
        isMono
        autoFocus
      />
      <TextField
        label="Secret access key"
        type="password"
        value={secret}
        onChange={(event) => setSecret(event.target.value)}
        error={replace.fieldError('secret_access_key')}
        maxLength={1024}
      />
    </FormDialog>
  );
}

const credentialWords = {
  set: 'Set',
  locked: 'Set; the vault is locked, so nothing is asked of the store. Set',
  lost: 'Lost with the key that encrypted them, and so to be replaced. Set',
} as const;

/** Where it is, and what the store tells of the bucket. */
export function BucketDialog({
  destination,
  onReplace,
  onClose,
}: BucketDialogProps & { onReplace: () => void }) {
  const { id, name, path, bucket } = destination;
  const isSet = bucket?.credentials_state === 'set';
  const facts = useQuery({
    queryKey: ['backups', 'bucket', id],
    queryFn: async () =>
      (await ask(client.GET('/backups/destinations/{id}/bucket', { params: { path: { id } } }))).facts,
    enabled: isSet,
    // A store that refuses is not asked again and again.
    retry: false,
  });
  if (!bucket) return null;
  return (
    <Dialog
      title={name}
      onClose={onClose}
      foot={
        <>
          <Button icon={KeyRound} onClick={onReplace}>
            Replace credentials…
          </Button>
          <span className="grow" />
          <Button onClick={onClose}>Close</Button>
        </>
      }
    >
      <dl className="bucket-facts">
        <Fact title="Where" text={path} isMono />
        <Fact title="Endpoint" text={bucket.endpoint ?? 'Amazon S3'} isMono />
        <Fact title="Region" text={bucket.region} isMono />
        <Fact
          title="Credentials"
          text={`${credentialWords[bucket.credentials_state]}, ${formatDay(bucket.credentials_set_at)}.`}
          isWarning={bucket.credentials_state === 'lost'}
        />
        {(facts.data ?? []).map(({ name: fact, title, text, is_warning }) => (
          <Fact key={fact} title={title} text={text} isWarning={is_warning} />
        ))}
      </dl>
      {facts.isLoading && (
        <p className="mt-3 text-text-2" role="status">
          Asking the store …
        </p>
      )}
      <ErrorLine said={facts.error ? describeError(facts.error) : undefined} />
    </Dialog>
  );
}

interface FactProps {
  title: string;
  text: string;
  isMono?: boolean;
  isWarning?: boolean;
}

function Fact({ title, text, isMono = false, isWarning = false }: FactProps) {
  return (
    <>
      <dt>{title}</dt>
      <dd className={isWarning ? 'is-warning' : ''}>{isMono ? <code>{text}</code> : text}</dd>
    </>
  );
}
