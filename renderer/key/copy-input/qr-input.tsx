import { Camera, QrCode } from 'lucide-react';
import { useEffect, useState } from 'react';
import { here } from '../../desktop.ts';
import { Button } from '../../ui/button.tsx';
import { CameraView } from './camera-view.tsx';
import { CopyInputFoot, type CopyWayProps } from './copy-way.tsx';
import { FilePick } from './file-pick.tsx';
import { findFingerprint, readQrPicture } from './read-qr.ts';

const hasCamera = () => typeof navigator.mediaDevices?.getUserMedia === 'function';

/** The code of a paper kit: a picture of it, or the camera. Read in the browser; only its text is sent. */
export function QrInput({ onReady, action }: CopyWayProps) {
  const [fingerprint, setFingerprint] = useState<string | null>(null);
  const [isCameraOn, setCameraOn] = useState(false);
  const [error, setError] = useState<string>();
  useEffect(() => onReady(null), [onReady]);

  const take = (text: string) => {
    setCameraOn(false);
    setError(undefined);
    setFingerprint(findFingerprint(text));
    onReady({ kind: 'text', text });
  };
  const pick = async (file: File) => {
    setFingerprint(null);
    setError(undefined);
    onReady(null);
    try {
      take(await readQrPicture(file));
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown.message : 'The picture could not be read.');
    }
  };
  return (
    <>
      <div className="copy-input-body">
        {isCameraOn ? (
          <CameraView
            isWanted={(text) => findFingerprint(text) !== null}
            onRead={take}
            onStop={(said) => {
              setCameraOn(false);
              setError(said);
            }}
          />
        ) : (
          <FilePick
            label="Choose a picture…"
            icon={QrCode}
            accept="image/*"
            kind="picture"
            text="A photo or scan of the code on the paper kit. Or drop or paste it here."
            picked={fingerprint && `Code read: key ${fingerprint}`}
            error={error}
            onPick={(file) => void pick(file)}
            more={
              hasCamera() && (
                <Button icon={Camera} onClick={() => setCameraOn(true)}>
                  Use the camera…
                </Button>
              )
            }
          />
        )}
      </div>
      <CopyInputFoot action={action}>The picture stays in {here}.</CopyInputFoot>
    </>
  );
}
