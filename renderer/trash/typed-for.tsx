/** More variables than anyone deletes by accident with one click are typed, by their number. */
const MOST_UNTYPED = 20;

/** What must be typed before something large is deleted: the name of an environment or project, or how many variables. */
export function typedFor(nameOrCount: string | number | null) {
  if (nameOrCount === null) return {};
  if (typeof nameOrCount === 'string')
    return {
      typed: {
        label: (
          <span className="[overflow-wrap:anywhere]">
            Type its name: <span dir="auto">{nameOrCount}</span>
          </span>
        ),
        name: nameOrCount,
      },
    };
  if (nameOrCount <= MOST_UNTYPED) return {};
  return { typed: { label: `Type how many: ${nameOrCount}`, name: String(nameOrCount) } };
}
