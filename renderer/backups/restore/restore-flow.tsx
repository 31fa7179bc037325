import { type ReactNode, useEffect, useState } from 'react';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { Ticks } from '../../ui/instruments/ticks.tsx';
import { formatBytes, formatCount, formatExact } from '../../ui/time.ts';
import { FromStep } from './from-step.tsx';
import { KeyStep } from './key-step.tsx';
import type { From, Prepared, RestoreCalls, RestoreProgress } from './restore-calls.ts';
import { RestoreFrame } from './restore-frame.tsx';
import { RestorePreview } from './restore-preview.tsx';
import { RestoreResult, Restoring } from './restore-result.tsx';
import { isAboutKey, type UploadProgress, useRestore } from './use-restore.ts';

interface RestoreFlowProps {
  calls: RestoreCalls;
  /** The backup, where it was chosen before, and what it is called. */
  chosen: { from: From; name: string } | null;
  /** The way back: a link or button. */
  back: ReactNode;
}

/** The steps of a restore: the backup, its key, what changes, and what came of it. */
export function RestoreFlow({ calls, chosen, back }: RestoreFlowProps) {
  const restore = useRestore(calls);
  const { stage, prepared, needed, outcome, prepare, apply } = restore;
  const about = isAboutKey(prepare.error);
  const facts = {
    backup: prepared
      ? `${prepared.instance_name}, created ${formatExact(prepared.taken_at)}`
      : (chosen?.name ?? 'A folder, a file or a bucket.'),
    key: prepared ? sayKey(prepared.values !== null) : 'The key that it needs, or a copy of it.',
  };
  if (stage === 'restoring' || stage === 'done' || stage === 'failed')
    return (
      <RestoreFrame
        current={stage === 'done' ? 4 : 3}
        facts={facts}
        fingerprint={needed}
        {...(stage === 'restoring'
          ? { title: 'Restoring', lead: 'The instance stops, exchanges its database, and starts again.' }
          : sayResult(stage === 'done', prepared))}
      >
        {stage === 'restoring' ? (
          <Restoring />
        ) : (
          <RestoreResult isDone={stage === 'done'} said={outcome?.said ?? []} onAgain={restore.restart} />
        )}
      </RestoreFrame>
    );
  if (stage === 'preview' && prepared)
    return (
      <RestoreFrame
        current={2}
        facts={facts}
        fingerprint={needed}
        title={`Bring ${prepared.instance_name} back`}
        lead={
          prepared.values === null
            ? 'Nothing was replaced yet. Everything stored is what the backup says of itself.'
            : 'Nothing was replaced yet. The backup is whole, signed with its key, and every secret in it was decrypted.'
        }
      >
        <RestorePreview prepared={prepared} />
        {apply.message !== undefined && (
          <div className="mt-4">
            <Banner tone="danger">{apply.message}</Banner>
          </div>
        )}
        <div className="setup-end">
          <Button kind="main" isBusy={apply.isPending} onClick={() => apply.mutate(prepared.id)}>
            {sayRestore(prepared.tables)}
          </Button>
          <Button onClick={restore.restart}>Choose another backup</Button>
          {back}
        </div>
      </RestoreFrame>
    );
  if (stage === 'key' && restore.from !== null) {
    const { from } = restore;
    const isPassphrase = prepare.error !== null && isAboutPassphrase(prepare.error);
    return (
      <RestoreFrame
        current={1}
        facts={facts}
        fingerprint={needed}
        title="Give a copy of the key"
        lead="A backup does not have its key. Any copy will do: the 24 words on paper, a file, a QR code. Where no copy is left, a recovery key brings back what is not secret."
      >
        <KeyStep
          message={about && !isPassphrase ? (prepare.message ?? null) : null}
          passphraseError={isPassphrase ? prepare.message : undefined}
          isBehindPassphrase={isPassphrase && needed === null}
          isBusy={prepare.isPending}
          onGiven={(key) => prepare.mutate({ from, key })}
        />
        <Failure message={about ? undefined : prepare.message} />
        <div className="setup-end">
          <Button onClick={restore.restart}>Choose another backup</Button>
          {back}
        </div>
      </RestoreFrame>
    );
  }
  return (
    <RestoreFrame
      current={0}
      facts={facts}
      fingerprint={null}
      title="Restore from a backup"
      lead="Everything in it is checked before anything here is replaced."
    >
      <FromStep
        chosen={chosen}
        isBusy={prepare.isPending}
        fieldError={prepare.fieldError}
        onFrom={(from) => prepare.mutate({ from, key: null })}
      />
      {restore.uploading !== null && <Uploading progress={restore.uploading} />}
      {prepare.isPending && restore.uploading === null && calls.look && (
        <Checking look={calls.look} cancel={calls.cancel} />
      )}
      <Failure message={prepare.fieldError('path') === undefined ? prepare.message : undefined} />
      <div className="setup-end">{back}</div>
    </RestoreFrame>
  );
}

const isAboutPassphrase = (error: unknown) =>
  isAboutKey(error) &&
  ['passphrase_required', 'passphrase_wrong'].includes(String((error as { code?: unknown }).code));

const sayKey = (isHere: boolean) => (isHere ? 'The one it needs.' : 'Not here: the vault will be locked.');

function sayRestore(tables: readonly { name: string; backup: number }[]): string {
  const count = (name: string) => tables.find((table) => table.name === name)?.backup ?? 0;
  return `Restore ${formatCount(count('projects'), 'project')} and ${formatCount(count('env_vars'), 'variable')}`;
}

function sayResult(isDone: boolean, prepared: Prepared | null): { title: string; lead: string } {
  if (!isDone) return { title: 'It was not restored', lead: 'The database of before is in its place.' };
  if (prepared === null)
    return { title: 'The former database is back', lead: 'The restored one is kept beside.' };
  const taken = formatExact(prepared.taken_at);
  return prepared.is_verified
    ? { title: `Everything of ${taken} is back`, lead: 'What was changed after that is not in it.' }
    : {
        title: `The backup of ${taken} is back, not verified`,
        lead: 'What is secret in it stays encrypted until the vault gets a copy of the key.',
      };
}

function Failure({ message }: { message: string | undefined }) {
  if (message === undefined) return null;
  return (
    <div className="mt-4">
      <Banner tone="danger">{message}</Banner>
    </div>
  );
}

/** How much of a file is in the instance, and the way out of it. */
function Uploading({ progress: { name, done, total, cancel } }: { progress: UploadProgress }) {
  const value = (done / total) * 100;
  return (
    <div className="mt-4 flex flex-wrap items-center gap-4" role="status">
      <Ticks value={value} />
      <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
        Uploading <span dir="auto">{name}</span>: {formatBytes(done)} of {formatBytes(total)},{' '}
        {Math.floor(value)} %
      </span>
      <Button onClick={cancel}>Cancel</Button>
    </div>
  );
}

const LOOK_MS = 1000;
const stepWords: Record<RestoreProgress['step'], string> = {
  fetching: 'Reading what is stored',
  unpacking: 'Decrypting and unpacking',
  examining: 'Checking the database',
  opening: 'Decrypting every secret',
};

/** How far the check is, and the way out of it. */
function Checking({
  look,
  cancel,
}: {
  look: NonNullable<RestoreCalls['look']>;
  cancel: RestoreCalls['cancel'];
}) {
  const [progress, setProgress] = useState<RestoreProgress | null>(null);
  useEffect(() => {
    const again = setInterval(() => {
      look()
        .then(setProgress)
        .catch(() => undefined);
    }, LOOK_MS);
    return () => clearInterval(again);
  }, [look]);
  if (progress?.state !== 'checking') return null;
  const value = progress.total === 0 ? 0 : (progress.done / progress.total) * 100;
  return (
    <div className="mt-4 flex flex-wrap items-center gap-4" role="status">
      <Ticks value={value} />
      <span className="flex-1">
        {stepWords[progress.step]}, {Math.floor(value)} %
      </span>
      <Button onClick={() => void cancel(progress.id).catch(() => undefined)}>Cancel</Button>
    </div>
  );
}
