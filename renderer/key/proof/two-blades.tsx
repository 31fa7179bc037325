import { Blade } from '../../ui/instruments/blade.tsx';
import { Verdict } from '../../ui/instruments/verdict.tsx';

interface TwoBladesProps {
  /** "The key in GNOME Keyring" */
  kept: string;
  fingerprint: string | null;
  /** "The key on the stick" */
  copied: string;
  /** Fingerprint read from the copy; null until then. */
  read: string | null;
}

/** The shapes of the key and of its copy, one above the other, and whether they match in words. */
export function TwoBlades({ kept, fingerprint, copied, read }: TwoBladesProps) {
  const isSame = read !== null && read === fingerprint;
  return (
    <section className="card two-blades" aria-label="The key and its copy">
      <h2>{kept}</h2>
      <Blade fingerprint={fingerprint} />
      <hr />
      <h2>{copied}</h2>
      <Blade fingerprint={read} state={read === null ? 'unread' : isSame ? 'active' : 'lost'} />
      <p className="mt-3 text-text-2" role="status">
        {read === null ? (
          'The copy counts once both match. Until then it is only a file or a piece of paper.'
        ) : isSame ? (
          <span className="level level-ok">
            <Verdict name="ok" /> They match. The copy counts.
          </span>
        ) : (
          <span className="level level-broken">
            <Verdict name="broken" /> They are different keys.
          </span>
        )}
      </p>
    </section>
  );
}
