import { ChevronDown, ChevronRight } from 'lucide-react';
import { useId, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { LostValueRow, type Replaced } from './lost-value-row.tsx';
import type { LostValue, RecoveryGroupName } from './recovery-query.ts';
import { groupWords } from './recovery-words.ts';

/** Above this many a group begins closed, but for the first. */
const LONG = 30;
/** Rows drawn at once. */
const SHOWN = 100;

interface RecoveryGroupProps {
  order: number;
  group: RecoveryGroupName;
  /** What is left and what was replaced in this visit, in the order of the list. */
  values: readonly LostValue[];
  replaced: ReadonlyMap<string, Replaced>;
  mayMend: boolean;
  onReplaced: (value: LostValue, said: string) => void;
  onShow: (name: string, value: string) => void;
}

/** What breaks together, under a head that says when and how much is left. */
export function RecoveryGroup({ order, group, values, replaced, ...row }: RecoveryGroupProps) {
  const [isOpen, setOpen] = useState(order === 1 || values.length <= LONG);
  const [limit, setLimit] = useState(SHOWN);
  const id = useId();
  const { title, breaks } = groupWords[group];
  const left = values.filter((value) => !replaced.has(value.id)).length;
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <section aria-label={title} className="recovery-group">
      <h2 className="recovery-head">
        <span className="recovery-order" aria-hidden="true">
          {order}
        </span>
        <b>{title}</b>
        <span className="recovery-breaks truncate">{breaks}</span>
        <span className="recovery-left">{left === 0 ? 'all replaced' : `${left.toLocaleString()} left`}</span>
        <button
          type="button"
          className="icon-btn icon-btn-small"
          aria-expanded={isOpen}
          aria-controls={id}
          aria-label={`${isOpen ? 'Close' : 'Show'} ${title}`}
          onClick={() => setOpen(!isOpen)}
        >
          <Chevron className="icon" aria-hidden="true" />
        </button>
      </h2>
      <div id={id} hidden={!isOpen}>
        {isOpen && (
          <>
            <ul>
              {values.slice(0, limit).map((value) => (
                <LostValueRow key={value.id} value={value} replaced={replaced.get(value.id)} {...row} />
              ))}
            </ul>
            {values.length > limit && (
              <div className="recovery-more">
                <Button isSmall onClick={() => setLimit(limit + SHOWN)}>
                  Show {Math.min(SHOWN, values.length - limit)} more of{' '}
                  {(values.length - limit).toLocaleString()}
                </Button>
              </div>
            )}
          </>
        )}
      </div>
    </section>
  );
}
