import { FileKey, Folder } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useIsOwner } from '../../app/session.ts';
import { here } from '../../desktop.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/form/field.tsx';
import { formatBytes } from '../../ui/time.ts';
import { CopyInputFoot, type CopyWayProps, PassphraseField } from './copy-way.tsx';
import { FilePick } from './file-pick.tsx';
import { describeFile, type HandedCopy, MAX_COPY_BYTES, toBase64 } from './handed-copy.ts';
import { readQrPicture } from './read-qr.ts';

interface Picked {
  name: string;
  sizeBytes: number;
  said: string;
  isProtected: boolean;
  copy: HandedCopy;
}

/** A file from this browser or, for the owner, a path on the instance's machine. */
export function FileInput({ purpose, onReady, action, passphraseError }: CopyWayProps) {
  const isOwner = useIsOwner();
  const [picked, setPicked] = useState<Picked | null>(null);
  const [path, setPath] = useState<string | null>(null);
  const [passphrase, setPassphrase] = useState('');
  const [error, setError] = useState<string>();
  // The error goes once something is typed; the field stays.
  const wasAsked = useRef(false);
  wasAsked.current ||= passphraseError !== undefined;
  const wantsPassphrase = path !== null || picked?.isProtected || wasAsked.current;

  useEffect(() => {
    const withPassphrase = passphrase === '' ? {} : { passphrase };
    if (path !== null) {
      onReady(path.trim() === '' ? null : { kind: 'path', path: path.trim(), ...withPassphrase });
    } else if (!picked || (picked.isProtected && passphrase === '')) onReady(null);
    else onReady(picked.copy.kind === 'file' ? { ...picked.copy, ...withPassphrase } : picked.copy);
  }, [picked, path, passphrase, onReady]);

  const pick = async (file: File) => {
    setError(undefined);
    setPicked(null);
    wasAsked.current = false;
    try {
      setPicked(await readPicked(file));
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown.message : 'The file could not be read.');
    }
  };
  return (
    <>
      <div className="copy-input-body grid grid-cols-1 gap-4">
        {path === null ? (
          <>
            <FilePick
              label="Choose a file…"
              icon={FileKey}
              kind="copy"
              text={
                purpose === 'restore'
                  ? 'The encrypted file, the KeePass file, the paper kit as PDF, the plain key file; or the file of a recovery key. Or drop it here.'
                  : 'The encrypted file, the KeePass file, the paper kit as PDF, or the plain key file. Or drop it here.'
              }
              picked={picked && `${picked.name}, ${picked.said}, ${formatBytes(picked.sizeBytes)}`}
              error={error}
              onPick={(file) => void pick(file)}
            />
            {isOwner && (
              <Button
                kind="plain"
                isSmall
                icon={Folder}
                className="max-w-full justify-self-start whitespace-normal"
                onClick={() => setPath('')}
              >
                Use a file on the instance’s machine…
              </Button>
            )}
          </>
        ) : (
          <>
            <TextField
              label="Path on the instance’s machine"
              hint="For example on a USB stick plugged into it."
              placeholder="/media/stick/temps-key-4F2A-91C0-77DE-1B3A.age"
              isMono
              autoFocus
              onChange={(event) => setPath(event.target.value)}
            />
            <Button
              kind="plain"
              isSmall
              icon={FileKey}
              className="justify-self-start"
              onClick={() => setPath(null)}
            >
              Choose a file in {here}…
            </Button>
          </>
        )}
        {wantsPassphrase && (
          <PassphraseField
            onChange={setPassphrase}
            error={passphraseError}
            {...(path === null ? {} : { hint: 'Only for an encrypted file.' })}
          />
        )}
      </div>
      <CopyInputFoot action={action}>
        {purpose === 'verify'
          ? 'Read by the instance and compared. Nothing is stored.'
          : 'Read by the instance and not kept anywhere else.'}
      </CopyInputFoot>
    </>
  );
}

/** Throws an Error with a message for people. */
async function readPicked(file: File): Promise<Picked> {
  const head = new Uint8Array(await file.slice(0, 64).arrayBuffer());
  const { said, isProtected, isPicture } = describeFile(head);
  const facts = { name: file.name, sizeBytes: file.size, said, isProtected };
  if (isPicture) {
    const text = await readQrPicture(file);
    return { ...facts, said: 'picture of a QR code', copy: { kind: 'text', text } };
  }
  if (file.size === 0) throw new Error(`${file.name} is empty.`);
  if (file.size > MAX_COPY_BYTES) throw new Error(`${file.name} is too large to be a copy of a key.`);
  const base64 = toBase64(new Uint8Array(await file.arrayBuffer()));
  return { ...facts, copy: { kind: 'file', name: file.name, base64 } };
}
