import { Camera, QrCode } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { here } from '../../desktop.ts';
import { Button } from '../../ui/button.tsx';
import { CopyInputFoot, type CopyWayProps } from './copy-way.tsx';
import { FilePick } from './file-pick.tsx';
import { findFingerprint, isCodeOfKey, loadReader, readQrPicture } from './read-qr.ts';

const hasCamera = () => typeof navigator.mediaDevices?.getUserMedia === 'function';

/** The QR code of a paper kit, from a picture or the camera. Decoded in the browser; only its text is sent. */
export function QrInput({ onReady, action }: CopyWayProps) {
  const [read, setRead] = useState<string | null>(null);
  const [isCameraOn, setCameraOn] = useState(false);
  const [error, setError] = useState<string>();
  useEffect(() => onReady(null), [onReady]);

  const take = (text: string) => {
    setCameraOn(false);
    setError(undefined);
    const fingerprint = findFingerprint(text);
    setRead(fingerprint ? `Code read: key ${fingerprint}` : 'Code read: one share of a split key');
    onReady({ kind: 'text', text });
  };
  const pick = async (file: File) => {
    setRead(null);
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
            isWanted={isCodeOfKey}
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
            picked={read}
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

const EVERY_MS = 200;
const READ_SIDE_PX = 900;

interface CameraViewProps {
  /** Whether a code is of the expected kind; others are ignored. */
  isWanted: (text: string) => boolean;
  onRead: (text: string) => void;
  /** Called when the person stops it, or with an error when the camera is not available. */
  onStop: (said?: string) => void;
}

/** The camera until it finds the code; turned off when this unmounts. */
function CameraView({ isWanted, onRead, onStop }: CameraViewProps) {
  const video = useRef<HTMLVideoElement>(null);
  const handlers = useRef({ isWanted, onRead, onStop });
  handlers.current = { isWanted, onRead, onStop };
  useEffect(() => {
    let isOver = false;
    let stream: MediaStream | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watch = async () => {
      const read = await loadReader();
      stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: 'environment' },
        audio: false,
      });
      const view = video.current;
      if (isOver || !view) return stop();
      view.srcObject = stream;
      await view.play();
      const look = () => {
        if (isOver) return;
        const side = Math.max(view.videoWidth, view.videoHeight);
        const text = side === 0 ? null : read(view, Math.min(1, READ_SIDE_PX / side));
        if (text !== null && handlers.current.isWanted(text)) handlers.current.onRead(text.trim());
        else timer = setTimeout(look, EVERY_MS);
      };
      look();
    };
    const stop = () => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    watch().catch((error: unknown) => {
      stop();
      if (!isOver) handlers.current.onStop(describeCamera(error));
    });
    return () => {
      isOver = true;
      clearTimeout(timer);
      stop();
    };
  }, []);
  return (
    <div className="camera">
      <video ref={video} muted playsInline aria-label="Camera view" />
      <div className="flex items-center gap-3">
        <span className="min-w-0 flex-1 text-text-2" role="status">
          Hold the code in front of the camera. It is read automatically.
        </span>
        <Button onClick={() => onStop()}>Stop the camera</Button>
      </div>
    </div>
  );
}

function describeCamera(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError')
    return 'The browser does not let this page use the camera. Choose a picture.';
  if (name === 'NotFoundError') return 'No camera was found. Choose a picture.';
  return 'The camera did not start. Choose a picture.';
}
