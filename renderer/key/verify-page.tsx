import { useQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import { useCallback, useRef, useState } from 'react';
import { ask, client } from '../api/client.ts';
import { useApiMutation } from '../api/mutation.ts';
import type { components } from '../api/schema.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { ErrorLine } from '../ui/form/form-error.tsx';
import { Skeleton } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';
import { inCustody } from '../vault-state/custody-words.ts';
import { useVault, type VaultStatus } from '../vault-state/vault.ts';
import type { KeyCopy } from './copy/copy-formats.ts';
import { proveCopy } from './copy/make-copy.ts';
import { CopyInput, type CopyWay } from './copy-input/copy-input.tsx';
import { type HandedCopy, toHandedBody } from './copy-input/handed-copy.ts';
import { copiesQuery } from './page/key-queries.ts';
import { TwoBlades } from './proof/two-blades.tsx';
import { VerdictCard } from './verify/verdict-card.tsx';

export type Verification = components['schemas']['KeyCopyVerification'];

const crumbs = [{ label: 'Encryption key', to: '/key' as const }];

/** Says what a copy is good for, at any time. A copy that opens this instance counts as proven from then on. */
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

function Verify({ vault }: { vault: VaultStatus }) {
  const hash = useRouterState({ select: (state) => state.location.hash });
  const copies = useQuery(copiesQuery);
  const asked = copies.data?.copies.find((copy) => `copy-${copy.id}` === hash) ?? null;
  const handed = useRef<HandedCopy | null>(null);
  const [isReady, setReady] = useState(false);
  const [said, setSaid] = useState<Verification | null>(null);
  const [round, setRound] = useState(0);
  const onReady = useCallback((copy: HandedCopy | null) => {
    handed.current = copy;
    setReady(copy !== null);
    setSaid((known) => (known && isPassphrase(known.verdict) ? known : null));
  }, []);
  const verify = useApiMutation(
    async (copy: HandedCopy) => {
      const answer = await ask(client.POST('/vault/key/copies/verify', { body: toHandedBody(copy) }));
      // The one that was asked for, where its place alone did not tell which it is.
      if (asked && answer.fingerprint === asked.fingerprint && !answer.proven_ids.includes(asked.id))
        await proveCopy(asked.id, copy).catch(() => undefined);
      return answer;
    },
    {
      changes: ['vault'],
      onDone: (answer) => {
        // SECURITY: what was handed over is needed again only for its passphrase.
        if (!isPassphrase(answer.verdict)) handed.current = null;
        setSaid(answer);
      },
    },
  );
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
      title={asked ? `Read back: ${asked.place}` : 'Verify a copy'}
      name="Verify a copy"
      crumbs={crumbs}
      under={
        asked
          ? 'Take the copy from where it is, and give it here. Nothing of it is kept.'
          : 'Give any copy of any key, and learn what it opens. Nothing of it is kept.'
      }
    >
      <div className="copy-cols">
        <div className="grid min-w-0 grid-cols-1 gap-4">
          {verdict && <VerdictCard said={verdict} vault={vault} />}
          {!verdict && (!hash || copies.isFetched) && (
            <CopyInput
              key={round}
              title="The copy"
              purpose="verify"
              firstWay={(asked && wayOf[asked.format]) ?? 'file'}
              onReady={onReady}
              passphraseError={wantsPassphrase}
              action={
                <Button
                  kind="main"
                  isBusy={verify.isPending}
                  disabled={!isReady}
                  onClick={() => handed.current && verify.mutate(handed.current)}
                >
                  Verify
                </Button>
              }
            />
          )}
          <ErrorLine said={verify.message} />
          {verdict && (
            <div className="flex flex-wrap gap-2">
              <Button onClick={again}>Verify another</Button>
              <Link to="/key" className={buttonClass('main')}>
                Done
              </Link>
            </div>
          )}
        </div>
        <TwoBlades
          kept={`The ${isNew ? 'new key' : 'key'} ${inCustody(vault.custody)}`}
          fingerprint={isNew ? said.fingerprint : vault.fingerprint}
          copied="The key in the copy"
          read={verdict?.fingerprint ?? null}
        />
      </div>
    </Page>
  );
}

function isPassphrase(verdict: Verification['verdict']): boolean {
  return verdict === 'passphrase_required' || verdict === 'passphrase_wrong';
}
