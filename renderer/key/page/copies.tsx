import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Ellipsis, KeyRound, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useApiMutation } from '../../api/mutation.ts';
import { useMay } from '../../app/session.ts';
import { buttonClass, IconButton } from '../../ui/button.tsx';
import { MiniDial } from '../../ui/instruments/dial.tsx';
import { Empty, Failed, Skeleton } from '../../ui/nothing.tsx';
import { ConfirmDialog } from '../../ui/overlays/confirm-dialog.tsx';
import { Menu } from '../../ui/overlays/menu.tsx';
import { Section } from '../../ui/page.tsx';
import { daysSince, formatCount, formatDay, formatExact } from '../../ui/time.ts';
import type { VaultStatus } from '../../vault-state/vault.ts';
import { formats, type KeyCopy } from '../copy/copy-formats.ts';
import { forgetCopy } from '../copy/make-copy.ts';
import { copiesQuery } from './key-queries.ts';

/** Days after which a proof is due again. */
const DUE_DAYS = 90;

/** Copies of the key in use first, those of older ones after them. */
export function Copies({ vault }: { vault: VaultStatus }) {
  const mayWrite = useMay('vault:write');
  const copies = useQuery(copiesQuery);
  const [forgetting, setForgetting] = useState<KeyCopy | null>(null);
  const list = copies.data?.copies ?? [];
  const own = list.filter((copy) => copy.fingerprint === vault.fingerprint);
  const ordered = [...own, ...list.filter((copy) => copy.fingerprint !== vault.fingerprint)];
  return (
    <Section title="Copies you keep" said={copies.data && sayCounts(own)}>
      <div className="table-wrap">
        {copies.isPending && <Skeleton rows={2} />}
        {copies.isError && (
          <Failed
            title="The copies did not load"
            error={copies.error}
            onRetry={() => void copies.refetch()}
          />
        )}
        {copies.isSuccess && ordered.length === 0 && (
          <Empty
            icon={KeyRound}
            title="No copy yet"
            text="If this machine is lost, only a copy opens your secrets. It takes a minute."
            action={
              mayWrite && (
                <Link to="/key/copy" className={buttonClass()}>
                  Make a copy
                </Link>
              )
            }
          />
        )}
        {ordered.length > 0 && (
          <table className="table key-table max-tablet:block">
            <colgroup>
              <col />
              <col className="made" />
              <col className="proven" />
              <col className="deed" />
            </colgroup>
            <thead>
              <tr>
                <th>Copy</th>
                <th className="made">Made</th>
                <th>Proven</th>
                <th className="deed">
                  <span className="sr">Action</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {ordered.map((copy) => (
                <CopyRow
                  key={copy.id}
                  copy={copy}
                  isOfActive={copy.fingerprint === vault.fingerprint}
                  mayWrite={mayWrite}
                  onForget={() => setForgetting(copy)}
                />
              ))}
            </tbody>
          </table>
        )}
      </div>
      {forgetting && (
        <ForgetDialog
          copy={forgetting}
          isLast={isLastProven(forgetting, own)}
          onClose={() => setForgetting(null)}
        />
      )}
    </Section>
  );
}

interface ForgetDialogProps {
  copy: KeyCopy;
  /** No other copy of the key in use is proven. */
  isLast: boolean;
  onClose: () => void;
}

function ForgetDialog({ copy, isLast, onClose }: ForgetDialogProps) {
  const forget = useApiMutation(() => forgetCopy(copy.id), { onDone: onClose });
  return (
    <ConfirmDialog
      title={`Forget the copy ${copy.place}?`}
      action="Forget 1 copy"
      keep="Keep it"
      mutation={forget}
      onClose={onClose}
    >
      <p>
        It leaves this list and counts no more. The copy itself stays where it is and goes on opening the
        secrets: destroy it there if it is not to.
      </p>
      {isLast && <p>It is the last proven copy of the key in use: without it the key is at risk.</p>}
    </ConfirmDialog>
  );
}

function isLastProven(copy: KeyCopy, own: readonly KeyCopy[]): boolean {
  const proven = own.filter((each) => each.separate && each.verified_at !== null);
  return proven.length === 1 && proven[0]?.id === copy.id;
}

function sayCounts(own: readonly KeyCopy[]): string {
  const proven = own.filter((copy) => copy.verified_at !== null).length;
  const open = own.length - proven;
  if (own.length === 0) return '';
  return `${proven} proven${open > 0 ? `, ${open} to read back` : ''}`;
}

interface CopyRowProps {
  copy: KeyCopy;
  isOfActive: boolean;
  mayWrite: boolean;
  onForget: () => void;
}

function CopyRow({ copy, isOfActive, mayWrite, onForget }: CopyRowProps) {
  const format = formats[copy.format];
  const Icon = format.icon;
  const isOpen = copy.verified_at === null && isOfActive;
  const days = copy.verified_at === null ? null : daysSince(copy.verified_at);
  return (
    <tr>
      <td className="whole">
        <div className="flex items-center gap-3">
          <Icon className="icon text-icon" aria-hidden="true" />
          <span className="two-lines min-w-0">
            <span className="first block truncate" dir="auto" title={copy.place}>
              {copy.place}
            </span>
            <small>
              {format.name}
              {!copy.separate && ', not separate'}
              {!isOfActive && (copy.epoch === null ? ', of the key to come' : `, of key ${copy.epoch}`)}
            </small>
          </span>
        </div>
      </td>
      <td className="made" title={formatExact(copy.made_at)}>
        {dayOf(copy.made_at)}
      </td>
      <td>
        <div className="row">
          <MiniDial days={days} />
          <span className="two-lines min-w-0">
            <span className="block truncate">
              {copy.verified_at === null ? 'Not yet' : dayOf(copy.verified_at)}
            </span>
            <small>{sayAge(days)}</small>
          </span>
        </div>
      </td>
      <td className="num deed">
        {mayWrite && (
          <span className="inline-flex items-center gap-1">
            <Link
              to="/key/verify"
              hash={`copy-${copy.id}`}
              className={buttonClass('normal', true)}
              aria-label={`${isOpen ? 'Read it back' : 'Verify'}: ${copy.place}`}
            >
              {isOpen ? 'Read it back' : 'Verify'}
            </Link>
            <Menu
              trigger={<IconButton icon={Ellipsis} label={`More for ${copy.place}`} />}
              groups={[[{ label: 'Forget it…', icon: Trash2, onSelect: onForget }]]}
            />
          </span>
        )}
      </td>
    </tr>
  );
}

/** The day alone: the time of day is in the title. */
function dayOf(ms: number): string {
  return formatDay(ms).split(',')[0] ?? '';
}

function sayAge(days: number | null): string {
  if (days === null) return 'does not count';
  if (days === 0) return 'fresh';
  const left = DUE_DAYS - days;
  const ago = `${formatCount(days, 'day')} ago`;
  if (left > 14) return ago;
  return left > 0 ? `${ago}, due in ${left}` : `${ago}, due`;
}
