import { FileUp } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { desktop } from '../../desktop.ts';
import { FilePick } from '../../key/copy-input/file-pick.tsx';
import { Button } from '../../ui/button.tsx';
import { Checkbox, Segmented } from '../../ui/form/choices.tsx';
import { PasswordField, TextField } from '../../ui/form/field.tsx';
import { formatBytes } from '../../ui/time.ts';
import type { GivenFrom } from './use-restore.ts';

interface FromStepProps {
  chosen: { from: GivenFrom; name: string } | null;
  isBusy: boolean;
  fieldError: (name: string) => string | undefined;
  onFrom: (from: GivenFrom) => void;
}

/** Where the backup is: chosen before, a path of the instance's machine, a file of this computer, or a bucket. */
export function FromStep({ chosen, isBusy, fieldError, onFrom }: FromStepProps) {
  const [kind, setKind] = useState<'path' | 'file' | 'bucket'>('path');
  const [file, setFile] = useState<File | null>(null);
  const [isPathStyle, setPathStyle] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const read = (name: string) => String(form.get(name) ?? '').trim();
    if (chosen) return onFrom(chosen.from);
    if (kind === 'path') return onFrom({ path: read('path') });
    if (kind === 'file') {
      if (file) onFrom({ file });
      return;
    }
    const [endpoint, region] = [read('endpoint'), read('region')];
    return onFrom({
      store: {
        bucket: read('bucket'),
        prefix: read('prefix'),
        path_style: isPathStyle,
        access_key_id: read('access_key_id'),
        secret_access_key: read('secret_access_key'),
        ...(endpoint === '' ? {} : { endpoint }),
        ...(region === '' ? {} : { region }),
      },
    });
  };
  return (
    <form className="card card-pad grid grid-cols-1 gap-4" onSubmit={submit}>
      {chosen && <p className="t14 [overflow-wrap:anywhere]">{chosen.name}</p>}
      {!chosen && (
        <Segmented
          label="Kind of place"
          value={kind}
          onChange={setKind}
          options={[
            { value: 'path', label: 'Path' },
            // The window is on the machine of the instance: a path is enough there.
            ...(desktop ? [] : [{ value: 'file' as const, label: 'Upload' }]),
            { value: 'bucket', label: 'Bucket (S3)' },
          ]}
        />
      )}
      {!chosen && kind === 'path' && (
        <TextField
          label="Where the backup is"
          name="path"
          error={fieldError('path')}
          hint="The whole path on the machine of this instance: an exported file, a backup, or a folder with backups, of which the newest is taken."
          isMono
          required
          maxLength={4096}
          autoFocus
        />
      )}
      {!chosen && kind === 'file' && (
        <FilePick
          label="Choose a file…"
          icon={FileUp}
          text="A backup that was exported as one file. It is sent to the instance, checked there, and not kept."
          accept=".tar"
          picked={file === null ? null : `${file.name}, ${formatBytes(file.size)}`}
          onPick={setFile}
        />
      )}
      {!chosen && kind === 'bucket' && (
        <>
          <TextField
            label="Bucket"
            name="bucket"
            error={fieldError('store.bucket')}
            isMono
            required
            maxLength={1024}
          />
          <TextField
            label="Folder in it"
            name="prefix"
            error={fieldError('store.prefix')}
            hint="Empty for the whole bucket."
            isMono
            maxLength={1024}
          />
          <TextField
            label="Address of the store"
            name="endpoint"
            error={fieldError('store.endpoint')}
            hint="Such as https://s3.example.org. Empty for Amazon S3."
            isMono
            maxLength={1024}
          />
          <TextField label="Region" name="region" error={fieldError('store.region')} isMono maxLength={100} />
          <TextField label="Access key id" name="access_key_id" isMono required maxLength={1024} />
          <PasswordField label="Secret access key" name="secret_access_key" required maxLength={1024} />
          <Checkbox checked={isPathStyle} onChange={setPathStyle}>
            The store takes the bucket’s name in the path
          </Checkbox>
          <p className="text-12 text-text-2">These are used for this restore, and not stored.</p>
        </>
      )}
      <Button
        kind="main"
        type="submit"
        className="justify-self-start"
        isBusy={isBusy}
        disabled={!chosen && kind === 'file' && file === null}
      >
        {!chosen && kind === 'file' ? 'Upload and check' : 'Check this backup'}
      </Button>
    </form>
  );
}
