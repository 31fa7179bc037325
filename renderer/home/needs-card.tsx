import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Check } from 'lucide-react';
import { useState } from 'react';
import { useApiMutation } from '../api/mutation.ts';
import { useMay } from '../app/session.ts';
import { useKnownCopies, useKnownSplits } from '../key/key-queries.ts';
import { useKeychain } from '../key/use-keychain.ts';
import { endingVariablesQuery } from '../projects/ending-variables.ts';
import { dismissUnusualRead, unusualReadsQuery } from '../projects/secret-reads.ts';
import { recoveryQuery } from '../recovery/recovery-query.ts';
import { plainSecretsQuery } from '../secrets/plain-secrets.ts';
import { useDoctor } from '../secrets/secrets-queries.ts';
import { authoritiesQuery } from '../settings/settings-query.ts';
import { keptInTab } from '../ui/browser-storage.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { ErrorLine } from '../ui/form/form-error.tsx';
import { MiniDial } from '../ui/instruments/dial.tsx';
import { Verdict, type VerdictName } from '../ui/instruments/verdict.tsx';
import { Section } from '../ui/page.tsx';
import { serverNow } from '../ui/time.ts';
import { Snooze } from '../vault-state/snooze.tsx';
import type { VaultStatus } from '../vault-state/vault.ts';
import { listNeeds, type Need } from './needs.ts';

/** Things that need attention, if any. */
export function NeedsCard({ vault }: { vault: VaultStatus }) {
  const copies = useKnownCopies(vault.fingerprint);
  const splits = useKnownSplits(vault.fingerprint);
  const lost = useQuery(recoveryQuery).data?.remaining ?? 0;
  const report = useDoctor();
  const unusual = useQuery({ ...unusualReadsQuery, enabled: useMay('audit:read') }).data?.unusual ?? [];
  const plain = useQuery({ ...plainSecretsQuery, enabled: useMay('environments:read') }).data;
  const ending = useQuery({ ...endingVariablesQuery, enabled: useMay('environments:read') }).data;
  const keychain = useKeychain();
  const authorityChangesAt = useQuery(authoritiesQuery).data?.next?.takes_over_at ?? null;
  const [, setRead] = useState(0);
  const needs = listNeeds({
    vault,
    copies,
    splits,
    lost,
    report,
    plain,
    unusual,
    ending,
    keychain,
    authorityChangesAt,
    nowMs: serverNow(),
  }).filter(({ note }) => note === undefined || !isNoteRead(note));
  return (
    <Section title="Needs attention" said={needs.length === 0 ? '' : needs.length.toLocaleString()}>
      <div className="card">
        {needs.length === 0 && (
          <p className="flex items-center gap-2 p-4 text-text-2">
            <Check className="icon text-ok-solid" aria-hidden="true" />
            Nothing needs your attention.
          </p>
        )}
        <ul>
          {needs.map((need) => (
            <NeedRow
              key={need.id}
              need={need}
              onRead={() => {
                markNoteRead(need.note ?? '');
                setRead((count) => count + 1);
              }}
            />
          ))}
        </ul>
      </div>
    </Section>
  );
}

const verdictClass: Record<VerdictName, string> = {
  ok: 'text-ok-solid',
  due: 'text-info-solid',
  risk: 'text-attention-solid',
  broken: 'text-danger-solid',
  locked: 'text-danger-solid',
};

function NeedRow({ need, onRead }: { need: Need; onRead: () => void }) {
  const mayFix = useMay('vault:write') || need.isForAll === true;
  const { sign, title, text, button, snooze, note, unusual } = need;
  return (
    <li className="need">
      {'verdict' in sign ? (
        <Verdict name={sign.verdict} className={verdictClass[sign.verdict]} />
      ) : (
        <MiniDial days={sign.days} />
      )}
      <div className="min-w-0 [overflow-wrap:anywhere]">
        <b dir="auto">{title}</b>
        <p>{text}</p>
        {mayFix && (
          <div className="need-do">
            {button && (
              <Link
                to={button.to as '/'}
                {...(button.hash ? { hash: button.hash } : {})}
                search={(button.search ?? {}) as never}
                className={buttonClass('normal', true)}
              >
                {button.label}
              </Link>
            )}
            {snooze && <Snooze code={snooze} />}
            {unusual !== undefined && <ThisWasMe id={unusual} />}
            {note && (
              <Button isSmall onClick={onRead}>
                Got it
              </Button>
            )}
          </div>
        )}
      </div>
    </li>
  );
}

function ThisWasMe({ id }: { id: number }) {
  const dismiss = useApiMutation(() => dismissUnusualRead(id), { changes: ['secret-reads'] });
  return (
    <>
      <Button isSmall isBusy={dismiss.isPending} onClick={() => dismiss.mutate()}>
        This was me
      </Button>
      <ErrorLine said={dismiss.message} />
    </>
  );
}

/** Start-up notes dismissed in this window; a new window shows them again. */
const STORAGE_KEY = 'read-notes';

function read(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(keptInTab.read(STORAGE_KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((line) => typeof line === 'string') : [];
  } catch {
    return [];
  }
}

const isNoteRead = (note: string) => read().includes(note);

function markNoteRead(note: string): void {
  keptInTab.write(STORAGE_KEY, JSON.stringify([...new Set([...read(), note])]));
}
