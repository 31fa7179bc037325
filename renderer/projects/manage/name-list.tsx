const SHOWN = 12;

/** The first few names, then how many more. */
export function NameList({ names }: { names: readonly string[] }) {
  const more = names.length - SHOWN;
  return (
    <ul className="chips max-h-40 overflow-y-auto">
      {names.slice(0, SHOWN).map((name, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a name may appear twice, in two environments
        <li key={at} className="chip max-w-full">
          <span className="truncate font-mono text-12" dir="auto" title={name}>
            {name}
          </span>
        </li>
      ))}
      {more > 0 && <li className="quiet self-center">and {more.toLocaleString()} more</li>}
    </ul>
  );
}
