const SHOWN = 3;

/** A few names, and how many more. */
export function NameChips({ names, most = SHOWN }: { names: readonly string[]; most?: number }) {
  return (
    <div className="chips">
      {names.slice(0, most).map((name) => (
        <span key={name} className="chip font-mono" title={name}>
          <span className="cut max-w-56">{name}</span>
        </span>
      ))}
      {names.length > most && (
        <span className="chip font-mono">and {(names.length - most).toLocaleString()} more</span>
      )}
    </div>
  );
}
