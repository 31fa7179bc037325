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

export type RestoreStage = 'from' | 'key' | 'preview' | 'restoring' | 'done' | 'failed';

/** A restore from the choice of the backup to what came of it. */
export function useRestore(calls: RestoreCalls) {
  const [stage, setStage] = useState<RestoreStage>('from');
  const [from, setFrom] = useState<From | null>(null);
  const [prepared, setPrepared] = useState<Prepared | null>(null);
  const [needed, setNeeded] = useState<string | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  /** What waits in the instance's scratch folder, and is not wanted once the page is left. */
  const waiting = useRef<string | null>(null);
  const isHere = useRef(true);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
      if (waiting.current !== null) void calls.cancel(waiting.current).catch(() => undefined);
      waiting.current = null;
    };
  }, [calls]);

  const prepare = useApiMutation(
    async ({ from: place, key }: { from: From; key: GivenKey | null }) => {
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
    if (waiting.current !== null) void calls.cancel(waiting.current).catch(() => undefined);
    waiting.current = null;
    prepare.reset();
    apply.reset();
    setPrepared(null);
    setNeeded(null);
    setStage('from');
  }

  return { stage, from, prepared, needed, outcome, prepare, apply, follow, restart };
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
