import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Ellipsis, KeyRound, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import { useMay } from '../../app/session.ts';
import { Empty } from '../../ui/blank-state.tsx';
import { buttonClass, IconButton } from '../../ui/button.tsx';
import { MiniDial } from '../../ui/instruments/dial.tsx';
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx';
import { Menu } from '../../ui/overlays/menu.tsx';
import { Section } from '../../ui/page.tsx';
import { actionsColumn, RowName, Table } from '../../ui/table.tsx';
import { daysSince, formatCount, formatExact, formatShortDay } from '../../ui/time.ts';
import type { VaultStatus } from '../../vault-state/vault.ts';
import { formats, type KeyCopy } from '../copy/copy-formats.ts';
import { forgetCopy } from '../copy/make-copy.ts';
import { copiesQuery } from '../key-queries.ts';

/** Days after which a copy should be verified again. */
const DUE_DAYS = 90;

/** Copies of the active key first, then those of older keys. */
export function Copies({ vault }: { vault: VaultStatus }) {
  const mayWrite = useMay('vault:write');
  const copies = useQuery(copiesQuery);
  const [forgetting, setForgetting] = useState<KeyCopy | null>(null);
  const list = copies.data?.copies ?? [];
  const isOfActive = (copy: KeyCopy) => copy.fingerprint === vault.fingerprint;
  const own = list.filter(isOfActive);
  const ordered = [...own, ...list.filter((copy) => !isOfActive(copy))];
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
            text="If this machine is lost, only a copy can decrypt your secrets. It takes a minute."
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
          { name: 'Verified', width: 'w-37.5', cell: (copy) => <LastVerified copy={copy} /> },
          ...(mayWrite
            ? [
                actionsColumn<KeyCopy>(
                  (copy) => (
                    <>
                      <VerifyLink copy={copy} isOpen={copy.verified_at === null && isOfActive(copy)} />
                      <Menu
                        trigger={<IconButton icon={Ellipsis} label={`More for ${copy.place}`} />}
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
      {forgetting && (
        <ForgetDialog
          copy={forgetting}
          isLast={isLastVerified(forgetting, own)}
          onClose={() => setForgetting(null)}
        />
      )}
    </Section>
  );
}

interface ForgetDialogProps {
  copy: KeyCopy;
  /** No other copy of the active key is verified. */
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
      {isLast && <p>It is the last verified copy of the active key: without it the key is at risk.</p>}
    </ConfirmDialog>
  );
}

function isLastVerified(copy: KeyCopy, own: readonly KeyCopy[]): boolean {
  const verified = own.filter((each) => each.separate && each.verified_at !== null);
  return verified.length === 1 && verified[0]?.id === copy.id;
}

function sayCounts(own: readonly KeyCopy[]): string {
  const verified = own.filter((copy) => copy.verified_at !== null).length;
  const open = own.length - verified;
  if (own.length === 0) return '';
  return `${verified} verified${open > 0 ? `, ${open} to verify` : ''}`;
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
            {!copy.separate && ', not separate'}
            {!isOfActive && (copy.epoch === null ? ', of the next key' : `, of key version ${copy.epoch}`)}
          </>
        }
      />
    </div>
  );
}

function LastVerified({ copy: { verified_at } }: { copy: KeyCopy }) {
  const days = verified_at === null ? null : daysSince(verified_at);
  return (
    <div className="row">
      <MiniDial days={days} />
      <span className="two-lines min-w-0">
        <span className="block truncate">
          {verified_at === null ? 'Not yet' : formatShortDay(verified_at)}
        </span>
        <small>{sayAge(days)}</small>
      </span>
    </div>
  );
}

function VerifyLink({ copy, isOpen }: { copy: KeyCopy; isOpen: boolean }) {
  const word = isOpen ? 'Verify now' : 'Verify';
  return (
    <Link
      to="/key/verify"
      hash={`copy-${copy.id}`}
      className={`${buttonClass('normal', true)} mr-1`}
      aria-label={`${word}: ${copy.place}`}
    >
      {word}
    </Link>
  );
}

function sayAge(days: number | null): string {
  if (days === null) return 'does not count';
  if (days === 0) return 'up to date';
  const left = DUE_DAYS - days;
  const ago = `${formatCount(days, 'day')} ago`;
  if (left > 14) return ago;
  return left > 0 ? `${ago}, due in ${left}` : `${ago}, due`;
}
