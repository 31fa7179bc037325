import { useEffect, useRef } from 'react';
import { Button } from '../../ui/button.tsx';
import { loadReader } from './read-qr.ts';

const EVERY_MS = 200;
const READ_SIDE_PX = 900;

interface CameraViewProps {
  /** Whether a code is the one looked for; others are looked past. */
  isWanted: (text: string) => boolean;
  onRead: (text: string) => void;
  /** Stopped by the person (nothing said), or because the camera cannot be had. */
  onStop: (said?: string) => void;
}

/** The camera until it saw the code; off again as soon as this is gone. */
export function CameraView({ isWanted, onRead, onStop }: CameraViewProps) {
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
      <video ref={video} muted playsInline aria-label="What the camera sees" />
      <div className="flex items-center gap-3">
        <span className="min-w-0 flex-1 text-text-2" role="status">
          Hold the code before the camera. It is read by itself.
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
  if (name === 'NotFoundError') return 'There is no camera here. Choose a picture.';
  return 'The camera did not start. Choose a picture.';
}
