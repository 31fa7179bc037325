import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { buttonClass } from '../ui/button.tsx';
import { Ticks } from '../ui/instruments/ticks.tsx';
import { Verdict } from '../ui/instruments/verdict.tsx';
import { formatCount, formatDay, formatElapsed } from '../ui/time.ts';
import type { VaultStatus } from '../vault-state/vault.ts';
import { OwnerLink } from './owner-link.tsx';
import { countValues, sayAllSecrets, sayWithVersions, wordsOfKind } from './secret-words.ts';
import {
  type DoctorReport,
  firstFailingQuery,
  type SealedSecret,
  type SecretsPageData,
  useIsLost,
} from './secrets-queries.ts';

/**
 * Result of the latest check: how many values can be decrypted, and the first that cannot, with the button that
 * helps.
 */
export function DoctorCard({ vault, report }: { vault: VaultStatus; report: DoctorReport | undefined }) {
  const first = useQuery(firstFailingQuery).data;
  const isLocked = vault.state === 'locked';
  const bad = first?.secrets[0]?.check === 'does_not_open' ? first.secrets[0] : null;
  return (
    <section className="card doctor" aria-label="Last check">
      <div className="doctor-sum">
        {isLocked ? (
          <Encrypted secrets={vault.secrets} />
        ) : (
          <Checked report={report} secrets={vault.secrets} />
        )}
      </div>
      <div className="doctor-said">
        {isLocked ? (
          <Locked />
        ) : report?.activity?.broken_at != null ? (
          <ChangedActivity line={report.activity.broken_at} />
        ) : bad ? (
          <Bad secret={bad} list={first} />
        ) : (
          <Good report={report} />
        )}
      </div>
    </section>
  );
}

function Figure({ count, words }: { count: number; words: string }) {
  return (
    <p className="flex flex-wrap items-baseline gap-x-2">
      <span className="t28">{count.toLocaleString()}</span>
      <span className="text-14 text-text-2">{words}</span>
    </p>
  );
}

function Encrypted({ secrets }: Pick<VaultStatus, 'secrets'>) {
  return (
    <>
      <Figure count={countValues(secrets)} words="encrypted values" />
      {secrets.versions > 0 && <p className="text-12 text-text-3">{sayAllSecrets(secrets)}</p>}
    </>
  );
}

/** After this long, show the progress and say that nobody has to wait. */
const LONG_MS = 3000;

interface CheckedProps extends Pick<VaultStatus, 'secrets'> {
  report: DoctorReport | undefined;
}

function Checked({ report, secrets }: CheckedProps) {
  if (report?.running) return <Running report={report} />;
  if (!report?.finished_at || report.started_at === null)
    return (
      <>
        <Encrypted secrets={secrets} />
        <p className="mt-2 text-12 text-text-3">Not checked since startup.</p>
      </>
    );
  const { total, versions, opened, failed, started_at, finished_at } = report;
  const share = report.total === 0 ? 0 : Math.max(failed > 0 ? 1.7 : 0, (failed / report.total) * 100);
  return (
    <>
      <Figure count={opened} words={`of ${formatCount(total, 'value')} can be decrypted`} />
      {versions > 0 && (
        <p className="text-12 text-text-3">{sayWithVersions(total - versions, versions, 'secret')}</p>
      )}
      <span className="doctor-ticks">
        <Ticks value={100} bad={share} tone="ok" />
      </span>
      <p className="text-12 text-text-3">
        Checked {formatDay(finished_at)}, in {formatElapsed(finished_at - started_at)}
      </p>
    </>
  );
}

function Running({ report }: { report: DoctorReport }) {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), LONG_MS);
    return () => clearTimeout(timer);
  }, []);
  const value = report.total === 0 ? 100 : (report.checked / report.total) * 100;
  return (
    <>
      <Figure count={report.checked} words={`of ${report.total.toLocaleString()} checked`} />
      <span className="doctor-ticks">
        <Ticks value={value} label="Values checked" />
      </span>
      <p className="text-12 text-text-3">
        {isLong ? 'It continues in the background: you can leave this page.' : 'Decrypting every value.'}
      </p>
    </>
  );
}

function ChangedActivity({ line }: { line: number }) {
  return (
    <>
      <Verdict name="broken" className="text-danger-solid" />
      <div className="min-w-0">
        <b>The activity log is not as it was written</b>
        <p>
          Line {line.toLocaleString()} does not follow from those before it: something other than this
          instance changed the database. Compare it with a backup.
        </p>
      </div>
      <Link to="/activity" className={buttonClass()}>
        Activity
      </Link>
    </>
  );
}

function Locked() {
  return (
    <>
      <Verdict name="locked" className="text-danger-solid" />
      <div className="min-w-0">
        <b>No values can be decrypted while the vault is locked</b>
        <p>They stay encrypted. The list shows which they are.</p>
      </div>
    </>
  );
}

function Good({ report }: { report: DoctorReport | undefined }) {
  const isChecked = report !== undefined && report.finished_at !== null && report.failed === 0;
  if (isChecked && report.total > 0)
    return (
      <>
        <Verdict name="ok" className="text-ok-solid" />
        <div className="min-w-0">
          <b>Every value can be decrypted</b>
          <p>Each was decrypted with its key as a check. No plaintext was kept.</p>
        </div>
      </>
    );
  return (
    <>
      <Verdict name="due" className="text-info-solid" />
      <div className="min-w-0">
        <b>{report?.failed ? 'Something changed since the check' : 'Not checked yet'}</b>
        <p>Verify all decrypts every value once and names those that fail. It takes a moment.</p>
      </div>
    </>
  );
}

function Bad({ secret, list }: { secret: SealedSecret; list: SecretsPageData | undefined }) {
  const isLost = useIsLost(secret.key_fingerprint);
  const { failing = 1, failing_versions: versions = 0 } = list ?? {};
  const title = secret.owner?.title ?? `an unused ${wordsOfKind(secret.kind).one}`;
  return (
    <>
      <Verdict name="broken" className="text-danger-solid" />
      <div className="min-w-0">
        <b className="[overflow-wrap:anywhere]">
          {failing === 1
            ? `1 cannot be decrypted: ${title}`
            : `${sayWithVersions(failing - versions, versions, 'secret')} cannot be decrypted, first ${title}`}
        </b>
        <p>{sayWhy(secret, isLost)}</p>
      </div>
      {isLost ? (
        <Link to="/recovery" className={buttonClass()}>
          Recovery list
        </Link>
      ) : (
        <OwnerLink owner={secret.owner} className={buttonClass()}>
          Enter it again
        </OwnerLink>
      )}
    </>
  );
}

function sayWhy({ last_used_at, state, owner }: SealedSecret, isLost: boolean): string {
  if (isLost && owner?.is_earlier)
    return 'It is an earlier version whose key was given up. Recover it with the old key, or remove it.';
  if (isLost)
    return 'Its key was given up. Enter it again, create a new one, or recover it with the old key.';
  const last = last_used_at === null ? 'It was never read. ' : `It was last read ${sayDay(last_used_at)}. `;
  return state === 'unreadable'
    ? `${last}It was encrypted with a key this instance does not have. Rotation is blocked until this is fixed.`
    : `${last}It was damaged after it was encrypted. Rotation is blocked until this is fixed.`;
}

function sayDay(ms: number): string {
  const day = formatDay(ms);
  return /^[A-Z0-9]/.test(day) ? `on ${day}` : day;
}
