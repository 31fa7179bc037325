import { useQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import type { components } from '../api/schema.ts';
import { countToLose } from '../secrets/secret-words.ts';
import { Skeleton } from '../ui/blank-state.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { ErrorLine } from '../ui/form/form-error.tsx';
import { Verdict, type VerdictName } from '../ui/instruments/verdict.tsx';
import { Page } from '../ui/page.tsx';
import { sayWhatCopyOpens } from '../vault-state/copy-promise.ts';
import { inCustody } from '../vault-state/custody-words.ts';
import { useVault, type VaultStatus } from '../vault-state/vault.ts';
import { formats, type KeyCopy } from './copy/copy-formats.ts';
import { CopyProgress, useProgressId } from './copy/copy-progress.tsx';
import { type ToldPlace, verifyCopy } from './copy/make-copy.ts';
import { CopyInput, type CopyWay } from './copy-input/copy-input.tsx';
import { type HandedCopy, toHandedBody } from './copy-input/handed-copy.ts';
import { useHandedCopy } from './copy-input/use-handed-copy.ts';
import { copiesQuery } from './key-queries.ts';
import { CompareKeys } from './verify/compare-keys.tsx';
import { ToldPlaceFields } from './verify/told-place.tsx';

export type Verification = components['schemas']['KeyCopyVerification'];

const crumbs = [{ label: 'Encryption key', to: '/key' as const }];

/** Checks what a copy can decrypt, at any time. A copy of this instance's key counts as verified from then on. */
export function VerifyPage() {
  const vault = useVault();
  if (!vault.data)
    return (
      <Page title="Verify a copy" crumbs={crumbs}>
        <Skeleton rows={6} />
      </Page>
    );
  return <Verify vault={vault.data} />;
}

const wayOf: Partial<Record<KeyCopy['format'], CopyWay>> = { words: 'words', pdf: 'words', text: 'paste' };

/** The place of a copy that the instance wrote: a path, of Windows too. */
const WRITTEN_PATH = /^([/\\]|[a-z]:[/\\])/i;

/** A protected file that was never on a drive this instance saw. */
const isDownloaded = ({ format, volume_id, place }: KeyCopy) =>
  formats[format].hasPassphrase && volume_id === null && !WRITTEN_PATH.test(place);

function Verify({ vault }: { vault: VaultStatus }) {
  const hash = useRouterState({ select: (state) => state.location.hash });
  const copies = useQuery(copiesQuery);
  const asked = copies.data?.copies.find((copy) => `copy-${copy.id}` === hash) ?? null;
  const [said, setSaid] = useState<Verification | null>(null);
  const [told, setTold] = useState<ToldPlace | null>(null);
  const isTold = asked !== null && isDownloaded(asked);
  const place = told ?? { on: 'other_device', at: asked?.by_word ? asked.place : '' };
  const [round, setRound] = useState(0);
  const progressId = useProgressId();
  const verify = useApiMutation(
    async (copy: HandedCopy) => {
      const answer = await ask(
        client.POST('/vault/key/copies/verify', { body: toHandedBody(copy, progressId) }),
      );
      // Where it lies is told with it: only then is it renewed.
      if (asked && isTold && answer.fingerprint === asked.fingerprint) {
        const { worth_words } = await verifyCopy(asked.id, copy, progressId, place);
        return { ...answer, worth_words };
      }
      // The requested copy, if its place alone did not identify it.
      if (asked && answer.fingerprint === asked.fingerprint && !answer.proven_ids.includes(asked.id))
        return await verifyCopy(asked.id, copy, progressId).then(
          ({ worth_words }) => ({ ...answer, worth_words }),
          () => answer,
        );
      return answer;
    },
    {
      changes: ['vault'],
      onDone: (answer) => {
        // SECURITY: the entered copy is kept only to add its passphrase, or to put it right.
        if (!isPassphrase(answer.verdict) && !isToFix(answer.verdict)) handed.current = null;
        setSaid(answer);
      },
    },
  );
  const { reset } = verify;
  const onChange = useCallback(() => {
    setSaid((known) => (known && isPassphrase(known.verdict) ? known : null));
    reset();
  }, [reset]);
  const { copy: handed, isReady, note } = useHandedCopy(onChange);
  const again = () => {
    setSaid(null);
    setRound(round + 1);
  };
  const wantsPassphrase = said && isPassphrase(said.verdict) ? said.detail : undefined;
  const isNew =
    said !== null && said.verdict === 'opens_this_instance' && said.fingerprint !== vault.fingerprint;
  const verdict = said && !isPassphrase(said.verdict) ? said : null;
  return (
    <Page
      title={asked ? `Verify: ${asked.place}` : 'Verify a copy'}
      name="Verify a copy"
      crumbs={crumbs}
      under={
        asked
          ? 'Get the copy from where you keep it and enter it here. It is not stored.'
          : 'Enter any copy of any key to find out what it can decrypt. It is not stored.'
      }
    >
      <div className="copy-cols">
        <div className="grid min-w-0 grid-cols-1 gap-4">
          {verdict && <VerdictCard said={verdict} vault={vault} />}
          {isTold && !verdict && (
            <ToldPlaceFields
              value={place}
              errors={{ on: verify.fieldError('kept_on'), at: verify.fieldError('kept_at') }}
              onChange={(next) => {
                onChange();
                setTold(next);
              }}
            />
          )}
          {(!verdict || isToFix(verdict.verdict)) && (!hash || copies.isFetched) && (
            <CopyInput
              key={round}
              title="The copy"
              purpose="verify"
              firstWay={(asked && wayOf[asked.format]) ?? 'file'}
              onReady={note}
              passphraseError={wantsPassphrase}
              onSubmit={() => handed.current && verify.mutate(handed.current)}
              action={
                <Button
                  kind="main"
                  isBusy={verify.isPending}
                  disabled={!isReady || (isTold && place.at.trim() === '')}
                  type="submit"
                >
                  Verify
                </Button>
              }
            />
          )}
          {verify.isPending && <CopyProgress id={progressId} />}
          {verify.fieldError('kept_on') === undefined && verify.fieldError('kept_at') === undefined && (
            <ErrorLine said={verify.message} />
          )}
          {verdict && !isToFix(verdict.verdict) && (
            <div className="flex flex-wrap gap-2">
              <Button onClick={again}>Verify another</Button>
              <Link to="/key" className={buttonClass('main')}>
                Done
              </Link>
            </div>
          )}
        </div>
        <CompareKeys
          kept={`The ${isNew ? 'new key' : 'key'} ${inCustody(vault.custody)}`}
          fingerprint={isNew ? said.fingerprint : vault.fingerprint}
          copied="The key in the copy"
          read={verdict?.fingerprint ?? null}
          worthWords={verdict?.worth_words ?? null}
        />
      </div>
    </Page>
  );
}

function isPassphrase(verdict: Verification['verdict']): boolean {
  return verdict === 'passphrase_required' || verdict === 'passphrase_wrong';
}

/** What was entered is not right yet: it stays, and says where it is wrong. */
function isToFix(verdict: Verification['verdict']): boolean {
  return verdict === 'words_invalid' || verdict === 'damaged' || verdict === 'unusable';
}

interface Words {
  sign: VerdictName;
  level: string;
  title: string;
}

const words: Record<Verification['verdict'], Words> = {
  opens_this_instance: { sign: 'ok', level: 'level-ok', title: 'It works for this instance' },
  older_epoch: { sign: 'due', level: 'level-due', title: 'It is a copy of an older key' },
  other_instance: { sign: 'risk', level: 'level-risk', title: 'It belongs to another instance' },
  unknown_key: { sign: 'risk', level: 'level-risk', title: 'It is a key, but not one of this instance' },
  words_invalid: { sign: 'broken', level: 'level-broken', title: 'These are not the words of a key' },
  damaged: { sign: 'broken', level: 'level-broken', title: 'It is damaged' },
  unusable: { sign: 'risk', level: 'level-risk', title: 'It cannot be used here' },
  passphrase_required: { sign: 'locked', level: 'level-none', title: 'It is encrypted' },
  passphrase_wrong: { sign: 'locked', level: 'level-none', title: 'Wrong passphrase' },
};

interface VerdictCardProps {
  said: Verification;
  vault: VaultStatus;
}

/** Result of the verification first, then the details. */
function VerdictCard({ said, vault }: VerdictCardProps) {
  const { sign, level, title } = words[said.verdict];
  const isOpening = said.verdict === 'opens_this_instance';
  return (
    <section className="card card-pad grid gap-2" role="status" aria-label="Result">
      <h2 className={`level level-big ${level}`}>
        <Verdict name={sign} size={20} />
        {title}
      </h2>
      {!(isOpening && said.epoch !== null) && <p className="text-text-2">{said.detail}</p>}
      {isOpening && (
        <p className="text-text-2">
          {countToLose(vault.secrets) === 0
            ? said.worth_words
            : `${sayWhatCopyOpens('It', countToLose(vault.secrets))} ${said.worth_words}`}
        </p>
      )}
      {said.problems.length > 0 && (
        <ul className="grid gap-1 text-text-2">
          {said.problems.map(({ position, nearest }) => (
            <li key={position}>
              Word {position} is {nearest.length === 0 ? 'missing or extra' : 'not on the list'}
              {nearest.length > 0 && (
                <>
                  . Nearest: <span className="mono">{nearest.join(', ')}</span>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      {!isOpening && vault.state === 'running' && (
        <p>
          <Link to="/key/copy" className={buttonClass('normal', true)}>
            Make a copy of the key in use
          </Link>
        </p>
      )}
    </section>
  );
}
