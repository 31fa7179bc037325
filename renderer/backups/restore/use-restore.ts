import { useEffect, useRef, useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import { ApiProblem, describeError, hasCode } from '../../api/problem.ts';
import {
  awaitOutcome,
  type From,
  type GivenKey,
  type Outcome,
  type Prepared,
  type RestoreCalls,
} from './restore-calls.ts';
import { uploadFile } from './upload-file.ts';

export type RestoreStage = 'from' | 'key' | 'preview' | 'restoring' | 'done' | 'failed';

/** A file of this computer, which the instance gets first. */
export type GivenFrom = From | { file: File };

/** How far an upload is, in bytes. */
export interface UploadProgress {
  name: string;
  done: number;
  total: number;
  cancel: () => void;
}

/** A restore from the choice of the backup to what came of it. */
export function useRestore(calls: RestoreCalls) {
  const [stage, setStage] = useState<RestoreStage>('from');
  const [from, setFrom] = useState<From | null>(null);
  const [prepared, setPrepared] = useState<Prepared | null>(null);
  const [needed, setNeeded] = useState<string | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  /** What waits in the instance's scratch folder, and is not wanted once the page is left. */
  const waiting = useRef<string | null>(null);
  const [uploading, setUploading] = useState<UploadProgress | null>(null);
  const uploaded = useRef<string | null>(null);
  const stopUpload = useRef<AbortController | null>(null);
  const isHere = useRef(true);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
      stopUpload.current?.abort(new Error('The page was left.'));
      dropWaiting(calls, waiting, uploaded);
    };
  }, [calls]);

  async function upload(file: File): Promise<From> {
    dropWaiting(calls, waiting, uploaded);
    const stop = new AbortController();
    stopUpload.current = stop;
    const cancel = () => stop.abort(new Error('The upload was cancelled. Nothing of it was kept.'));
    try {
      const id = await uploadFile(calls.upload, file, stop.signal, (done) =>
        setUploading({ name: file.name, done, total: file.size, cancel }),
      );
      uploaded.current = id;
      return { upload: id };
    } finally {
      stopUpload.current = null;
      setUploading(null);
    }
  }

  const prepare = useApiMutation(
    async ({ from: given, key }: { from: GivenFrom; key: GivenKey | null }) => {
      const place = 'file' in given ? await upload(given.file) : given;
      setFrom(place);
      try {
        return await calls.prepare(place, key);
      } catch (error) {
        if (isAboutKey(error)) setStage('key');
        if (error instanceof ApiProblem && hasCode(error, 'backup_needs_key'))
          setNeeded(String(error.details?.fingerprint ?? ''));
        throw error;
      }
    },
    {
      changes: [],
      onDone: (found) => {
        waiting.current = found.id;
        // What was checked of it is kept, and the file is not.
        uploaded.current = null;
        setPrepared(found);
        setNeeded(found.key_fingerprint);
        setStage('preview');
      },
    },
  );

  async function follow(id: string): Promise<void> {
    setStage('restoring');
    try {
      const found = await awaitOutcome(id, () => isHere.current);
      if (!found) return;
      setOutcome(found);
      setStage(found.state === 'done' ? 'done' : 'failed');
    } catch (error) {
      setOutcome({ id, state: 'failed', said: [describeError(error)] });
      setStage('failed');
    }
  }

  const apply = useApiMutation(
    async (id: string) => {
      await calls.apply(id);
      waiting.current = null;
      // Not awaited: the instance stops, and says later what came of it.
      void follow(id);
    },
    { changes: [] },
  );

  function restart(): void {
    dropWaiting(calls, waiting, uploaded);
    prepare.reset();
    apply.reset();
    setPrepared(null);
    setNeeded(null);
    setStage('from');
  }

  return { stage, from, prepared, needed, outcome, uploading, prepare, apply, follow, restart };
}

type Waiting = { current: string | null };

/** What the instance keeps for this page alone. It may be gone already. */
function dropWaiting(calls: RestoreCalls, restore: Waiting, upload: Waiting): void {
  if (restore.current !== null) void calls.cancel(restore.current).catch(() => undefined);
  if (upload.current !== null) void calls.upload.drop(upload.current).catch(() => undefined);
  restore.current = null;
  upload.current = null;
}

const aboutKey = [
  'backup_needs_key',
  'passphrase_required',
  'passphrase_wrong',
  'words_invalid',
  'copy_damaged',
  'copy_unusable',
  'share_invalid',
  'shares_refused',
] as const;

/** Whether the answer to it is a copy of the key, or another one. */
export const isAboutKey = (error: unknown) => hasCode(error, ...aboutKey);
