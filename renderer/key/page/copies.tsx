import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Ellipsis, KeyRound, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import { useMay } from '../../app/session.ts';
import { Empty } from '../../ui/blank-state.tsx';
import { Button, buttonClass, IconButton } from '../../ui/button.tsx';
import { ErrorLine } from '../../ui/form/form-error.tsx';
import { MiniDial } from '../../ui/instruments/dial.tsx';
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx';
import { Menu } from '../../ui/overlays/menu.tsx';
import { Section } from '../../ui/page.tsx';
import { nameApart } from '../../ui/rows/names-apart.ts';
import { actionsColumn, RowName, Table } from '../../ui/table.tsx';
import { daysSince, formatCount, formatExact, formatShortDay } from '../../ui/time.ts';
import type { VaultStatus } from '../../vault-state/vault.ts';
import { formats, isCounting, type KeyCopy } from '../copy/copy-formats.ts';
import { forgetCopy } from '../copy/make-copy.ts';
import { copiesQuery, isSplitCounting, nameCopy, useKnownSplits } from '../key-queries.ts';

/** Copies of the active key first, then those of older keys. */
export function Copies({ vault }: { vault: VaultStatus }) {
  const mayWrite = useMay('vault:write');
  const copies = useQuery(copiesQuery);
  const splits = useKnownSplits(vault.fingerprint);
  const [forgetting, setForgetting] = useState<KeyCopy | null>(null);
  const all = copies.data?.copies ?? [];
  const list = all.filter(({ finished }) => finished);
  const unfinished = all.filter(({ finished }) => !finished);
  const isOfActive = (copy: KeyCopy) => copy.fingerprint === vault.fingerprint;
  const own = list.filter(isOfActive);
  const ordered = [...own, ...list.filter((copy) => !isOfActive(copy))];
  const nameOf = nameApart(
    ordered,
    ({ place }) => place,
    (copy) => `, ${formatExact(copy.made_at)}`,
  );
  return (
    <Section title="Copies you keep" said={copies.data && sayCounts(own)}>
      <Table
        label="Copies"
        className="key-table"
        skeletonRows={2}
        query={copies}
        rows={ordered}
        rowKey={(copy) => copy.id}
        empty={
          <Empty
            icon={KeyRound}
            title="No copies yet"
            text={
              splits.some(isSplitCounting)
                ? 'The split key counts as one. A copy takes a minute.'
                : 'If this machine is lost, only a copy can decrypt your secrets. It takes a minute.'
            }
            action={
              mayWrite && (
                <Link to="/key/copy" className={buttonClass()}>
                  Make a copy
                </Link>
              )
            }
          />
        }
        columns={[
          {
            name: 'Copy',
            isRowHeader: true,
            className: 'whole',
            cell: (copy) => <CopyName copy={copy} isOfActive={isOfActive(copy)} />,
          },
          {
            name: 'Created',
            width: 'w-26',
            className: 'max-tablet:hidden',
            title: ({ made_at }) => formatExact(made_at),
            cell: ({ made_at }) => formatShortDay(made_at),
          },
          { name: 'Verified', width: 'w-56', cell: (copy) => <LastVerified copy={copy} /> },
          ...(mayWrite
            ? [
                actionsColumn<KeyCopy>(
                  (copy) => (
                    <>
                      <VerifyLink
                        copy={copy}
                        name={nameOf(copy)}
                        isOpen={copy.verified_at === null && isOfActive(copy)}
                      />
                      <Menu
                        trigger={<IconButton icon={Ellipsis} label={`More for ${nameOf(copy)}`} />}
                        groups={[
                          [{ label: 'Forget it…', icon: Trash2, onSelect: () => setForgetting(copy) }],
                        ]}
                      />
                    </>
                  ),
                  'w-43',
                ),
              ]
            : []),
        ]}
      />
      {unfinished.length > 0 && <Unfinished copies={unfinished} mayForget={mayWrite} />}
      {forgetting && (
        <ForgetDialog
          copy={forgetting}
          isLast={isLastCounting(forgetting, own)}
          onClose={() => setForgetting(null)}
        />
      )}
    </Section>
  );
}

const sayCopy = (copy: KeyCopy) => `${nameCopy(copy)}, ${formatShortDay(copy.made_at)}`;

/** Copies that were begun and neither shown to the end nor verified: one card, however many there are. */
function Unfinished({ copies, mayForget }: { copies: readonly KeyCopy[]; mayForget: boolean }) {
  const forget = useApiMutation((id: number) => forgetCopy(id));
  const nameOf = nameApart(copies, sayCopy, (copy) => `, ${formatExact(copy.made_at)}`);
  return (
    <section className="card card-pad mt-3 grid grid-cols-1 gap-2" aria-label="Begun, not finished">
      <p>
        {formatCount(copies.length, 'copy was', 'copies were')} begun and not finished. Verify what you have
        of {copies.length === 1 ? 'it' : 'them'}, and forget what you do not have.
      </p>
      <ul className="grid grid-cols-1 gap-1">
        {copies.map((copy) => (
          <li key={copy.id} className="flex flex-wrap items-center gap-2 text-text-2">
            <span className="min-w-0 flex-1 truncate" dir="auto">
              {sayCopy(copy)}
            </span>
            {mayForget && (
              <Button
                isSmall
                disabled={forget.isPending}
                aria-label={`Forget ${nameOf(copy)}`}
                onClick={() => forget.mutate(copy.id)}
              >
                Forget
              </Button>
            )}
          </li>
        ))}
      </ul>
      <ErrorLine said={forget.message} />
    </section>
  );
}

interface ForgetDialogProps {
  copy: KeyCopy;
  /** No other copy of the active key counts. */
  isLast: boolean;
  onClose: () => void;
}

function ForgetDialog({ copy, isLast, onClose }: ForgetDialogProps) {
  const forget = useApiMutation(() => forgetCopy(copy.id), { onDone: onClose });
  return (
    <ConfirmDialog
      title={`Forget the copy ${copy.place}?`}
      action="Forget copy"
      keep="Keep it"
      mutation={forget}
      onClose={onClose}
    >
      <p>
        It is removed from this list and no longer counts. The copy itself stays where it is and can still
        decrypt the secrets: destroy it there if you do not want that.
      </p>
      {isLast && <p>It is the last copy of the active key that counts: without it the key is at risk.</p>}
    </ConfirmDialog>
  );
}

function isLastCounting(copy: KeyCopy, own: readonly KeyCopy[]): boolean {
  const counting = own.filter(isCounting);
  return counting.length === 1 && counting[0]?.id === copy.id;
}

function sayCounts(own: readonly KeyCopy[]): string {
  const counting = own.filter(isCounting).length;
  const others = own.length - counting;
  if (own.length === 0) return '';
  return `${counting} ${counting === 1 ? 'copy counts' : 'copies count'}${others > 0 ? `, ${others} ${others === 1 ? 'does' : 'do'} not` : ''}`;
}

function CopyName({ copy, isOfActive }: { copy: KeyCopy; isOfActive: boolean }) {
  const { name, icon: Icon } = formats[copy.format];
  return (
    <div className="flex items-center gap-3">
      <Icon className="icon text-icon" aria-hidden="true" />
      <RowName
        name={copy.place}
        below={
          <>
            {name}
            {!isOfActive && (copy.epoch === null ? ', of the next key' : `, of key version ${copy.epoch}`)}
          </>
        }
      />
    </div>
  );
}

function LastVerified({ copy: { verified_at, worth_words } }: { copy: KeyCopy }) {
  const days = verified_at === null ? null : daysSince(verified_at);
  return (
    <div className="row">
      <MiniDial days={days} />
      <span className="two-lines min-w-0">
        <span className="block truncate">
          {verified_at === null ? 'Not yet' : formatShortDay(verified_at)}
        </span>
        <small className="whitespace-normal">{worth_words}</small>
      </span>
    </div>
  );
}

function VerifyLink({ copy, name, isOpen }: { copy: KeyCopy; name: string; isOpen: boolean }) {
  const word = isOpen ? 'Verify now' : 'Verify';
  return (
    <Link
      to="/key/verify"
      hash={`copy-${copy.id}`}
      className={`${buttonClass('normal', true)} mr-1`}
      aria-label={`${word}: ${name}`}
    >
      {word}
    </Link>
  );
}
