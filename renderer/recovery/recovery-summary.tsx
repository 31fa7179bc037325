import { LifeBuoy } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import { SmallBlade } from '../ui/instruments/blade.tsx';
import { Ticks } from '../ui/instruments/ticks.tsx';
import { formatDay } from '../ui/time.ts';
import type { RecoveryList } from './recovery-query.ts';
import { RescueDialog } from './rescue-dialog.tsx';

/** How far it has come, and the way back should the old key turn up. */
export function RecoverySummary({ list, mayRescue }: { list: RecoveryList; mayRescue: boolean }) {
  const [isRescuing, setRescuing] = useState(false);
  const { total, remaining, started_at, lost_fingerprints } = list;
  const replaced = total - remaining;
  return (
    <section className="card recovery-sum" aria-label="How far it has come">
      <div className="min-w-0">
        <p className="mb-2 flex flex-wrap items-baseline gap-x-2">
          <span className="t28">{replaced.toLocaleString()}</span>
          <span className="text-14 text-text-2">of {total.toLocaleString()} lost values replaced</span>
        </p>
        <span className="recovery-ticks">
          <Ticks value={total === 0 ? 100 : (replaced / total) * 100} label="Lost values replaced" />
        </span>
        <p className="mt-2 text-12 text-text-3">
          {started_at !== null && `Started over ${sayDay(started_at)}. `}You can leave and come back; nothing
          here is forgotten.
        </p>
      </div>
      {remaining > 0 && (
        <div className="recovery-rescue">
          <div className="min-w-0">
            {lost_fingerprints.map((fingerprint) => (
              <span key={fingerprint} className="mb-2 flex flex-wrap items-center gap-x-3">
                <SmallBlade fingerprint={fingerprint} state="lost" />
                <span className="print-12">{fingerprint}</span>
              </span>
            ))}
            <p>
              <b className="text-text">Found the old key?</b> Rescue opens what is still left here.
            </p>
          </div>
          {mayRescue && (
            <Button icon={LifeBuoy} onClick={() => setRescuing(true)}>
              Rescue…
            </Button>
          )}
        </div>
      )}
      {isRescuing && (
        <RescueDialog
          remaining={remaining}
          fingerprints={lost_fingerprints}
          onClose={() => setRescuing(false)}
        />
      )}
    </section>
  );
}

function sayDay(ms: number): string {
  const day = formatDay(ms);
  return day.startsWith('today') || day === 'yesterday' ? day.replace(',', ' at') : `on ${day}`;
}
