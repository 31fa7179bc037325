import { KeyShape } from '../../ui/instruments/key-shape.tsx';
import { Verdict } from '../../ui/instruments/verdict.tsx';

interface CompareKeysProps {
  /** "The key in GNOME Keyring" */
  kept: string;
  fingerprint: string | null;
  /** "The key on the stick" */
  copied: string;
  /** Fingerprint read from the copy; null until then. */
  read: string | null;
  /** Whether the copy counts, in words; null until that is known. */
  worthWords: string | null;
}

/** The shapes of the key and of its copy, one above the other, and whether they match in words. */
export function CompareKeys({ kept, fingerprint, copied, read, worthWords }: CompareKeysProps) {
  const isSame = read !== null && read === fingerprint;
  return (
    <section className="card compare-keys" aria-label="The key and its copy">
      <h2>{kept}</h2>
      <KeyShape fingerprint={fingerprint} />
      <hr />
      <h2>{copied}</h2>
      <KeyShape fingerprint={read} state={read === null ? 'unread' : isSame ? 'active' : 'lost'} />
      <p className="mt-3 text-text-2" role="status">
        {read === null ? (
          'Until both match, the copy is only a file or a piece of paper.'
        ) : isSame ? (
          <span className="level level-ok">
            <Verdict name="ok" /> They match. {worthWords}
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
