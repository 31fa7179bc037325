import { useCallback, useEffect, useRef, useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import { hasCode } from '../../api/problem.ts';
import { saveFile } from '../../ui/save-file.ts';
import { serverNow } from '../../ui/time.ts';
import { type CopyFormat, formats, type KeepWay, type KeyCopy, type MadeCopy } from './copy-formats.ts';
import { useProgressId } from './copy-progress.tsx';
import { type CopyTarget, finishCopy, forgetCopy, makeCopy } from './make-copy.ts';
import type { RefusedPath } from './places.ts';

export type Stage = 'format' | 'place' | 'passphrase' | 'making' | 'handed' | 'verify' | 'done';

interface Chosen {
  way: KeepWay;
  format: CopyFormat;
  target: CopyTarget | null;
  place: string;
  unprotectedConfirmed: boolean;
}

/**
 * State of making a copy, from its format to its verification. SECURITY: the passphrase and the content of the copy
 * are only in this hook's refs and state, and are dropped when the copy is verified or the page is left.
 */
export function useCopyWizard(of: 'active' | 'rotation') {
  const [stage, setStage] = useState<Stage>('format');
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [made, setMade] = useState<MadeCopy | null>(null);
  const [madeAt, setMadeAt] = useState<number | null>(null);
  const [verified, setVerified] = useState<KeyCopy | null>(null);
  const [refused, setRefused] = useState<RefusedPath | null>(null);
  const passphrase = useRef<string | null>(null);
  const progressId = useProgressId();

  useEffect(
    () => () => {
      passphrase.current = null;
    },
    [],
  );

  const making = useApiMutation(async (plan: Chosen) => {
    const back: Stage = formats[plan.format].hasPassphrase ? 'passphrase' : stage;
    setStage('making');
    let next = back;
    try {
      const result = await makeCopy({
        of,
        format: plan.format,
        target: plan.target,
        passphrase: passphrase.current,
        place: plan.place,
        unprotectedConfirmed: plan.unprotectedConfirmed,
        progressId,
      });
      setMade(result);
      setMadeAt(serverNow());
      setRefused(null);
      if (plan.target?.kind === 'download' && result.content_base64 !== null)
        saveFile(fileNameOf(result), fromBase64(result.content_base64), 'application/octet-stream');
      next = plan.target?.kind === 'path' ? 'verify' : 'handed';
    } catch (error) {
      const target = plan.target;
      if (
        target?.kind === 'path' &&
        hasCode(
          error,
          'place_not_separate',
          'place_occupied',
          'place_unusable',
          'place_full',
          'place_read_only',
          'place_gone',
        )
      ) {
        const path = error.code === 'place_occupied' ? nameBeside(target.path, plan.format) : target.path;
        setRefused({ path, message: error.message, mayKeep: error.code === 'place_not_separate' });
        next = 'place';
        return;
      }
      throw error;
    } finally {
      setStage(next);
    }
  });

  return {
    of,
    stage,
    chosen,
    made,
    madeAt,
    verified,
    refused,
    /** Under this its progress is told. */
    progressId,
    /** The call that creates it, and its error. */
    making,
    /** For the call that verifies the file. */
    readPassphrase: () => passphrase.current,

    chooseFormat(way: KeepWay, format: CopyFormat, place: string, unprotectedConfirmed: boolean) {
      const plan = { way, format, target: null, place, unprotectedConfirmed };
      setChosen(plan);
      passphrase.current = null;
      making.reset();
      if (formats[format].isFile) setStage('place');
      else making.mutate(plan);
    },
    chooseTarget(target: CopyTarget) {
      if (!chosen) return;
      const plan = { ...chosen, target };
      setChosen(plan);
      setRefused(null);
      making.reset();
      if (formats[chosen.format].hasPassphrase && passphrase.current === null) setStage('passphrase');
      else making.mutate(plan);
    },
    givePassphrase(text: string) {
      if (!chosen) return;
      passphrase.current = text;
      making.mutate(chosen);
    },
    /** All choices at once, for the first run. */
    start(plan: Chosen, text: string | null) {
      setChosen(plan);
      passphrase.current = text;
      making.mutate(plan);
    },
    goTo(next: Stage) {
      making.reset();
      if (next === 'format' || next === 'place') passphrase.current = null;
      setStage(next);
    },
    /** The owner has all of what was shown or downloaded. */
    confirmHanded() {
      // If this fails, it is only listed as not shown to the end until it is verified.
      if (made) void finishCopy(made.copy.id).catch(() => undefined);
      making.reset();
      setStage('verify');
    },
    onVerified: useCallback((copy: KeyCopy) => {
      passphrase.current = null;
      setMade((known) => known && { ...known, content: null, content_base64: null, words: null, kit: null });
      setVerified(copy);
      setStage('done');
    }, []),
    restart() {
      // Nobody kept it, so it should not wait in the list for verification.
      if (made && verified === null && made.proof.needed !== null)
        void forgetCopy(made.copy.id).catch(() => undefined);
      passphrase.current = null;
      setChosen(null);
      setMade(null);
      setVerified(null);
      setRefused(null);
      making.reset();
      setStage('format');
    },
  };
}

export type CopyWizard = ReturnType<typeof useCopyWizard>;

function fileNameOf({ copy }: MadeCopy): string {
  return `temps-key-${copy.fingerprint}.${endings[copy.format] ?? 'txt'}`;
}

const fromBase64 = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

const endings: Partial<Record<CopyFormat, string>> = {
  age: 'age',
  kdbx: 'kdbx',
  bitwarden: 'json',
  csv: 'csv',
};

/** Another file name if the default exists: nothing is ever overwritten. */
function nameBeside(path: string, format: CopyFormat): string {
  const now = new Date(serverNow());
  const stamp = [now.getFullYear(), now.getMonth() + 1, now.getDate(), now.getHours(), now.getMinutes()]
    .map((part) => String(part).padStart(2, '0'))
    .join('');
  const isFile = /\.\w{2,5}$/.test(path);
  const folder = isFile ? path.slice(0, path.lastIndexOf('/')) : path.replace(/\/$/, '');
  return format === 'plain'
    ? `${folder}/encryption_key-${stamp}`
    : `${folder}/temps-key-${stamp}.${endings[format] ?? 'txt'}`;
}
