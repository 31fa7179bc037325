/**
 * A picture of a key drawn from its fingerprint. Sixteen digits, sixteen cuts, depth = digit / 15; dashes are
 * uncut. It helps to compare keys at a glance; the text next to it is what counts.
 */
export type KeyShapeState = 'active' | 'old' | 'missing' | 'lost' | 'unread';

/** Column width in px → the bow and half the height of the shaft for it, drawn by hand for each size. */
const sizes = {
  8: { bow: 26, half: 7.5, inner: 8.25, font: 13, line: 21 },
  10: { bow: 30, half: 8.5, inner: 9.75, font: 14, line: 22 },
  11: { bow: 34, half: 10, inner: 11.25, font: 16, line: 24 },
  14: { bow: 44, half: 12, inner: 14.75, font: 20, line: 28 },
} as const;
export type KeyShapeColumn = keyof typeof sizes;

const COLUMNS = 19;
const BLANK = '····-····-····-····';

const round = (value: number) => Math.round(value * 100) / 100;

/** Depth of a column's digit, from 0 to 1; dashes and unread digits are uncut. */
function depthOf(character: string): number {
  const digit = Number.parseInt(character, 16);
  return Number.isNaN(digit) ? 0 : digit / 15;
}

/** From the tip back to the bow: each column has a flat half as wide as the column. */
function cuts(
  fingerprint: string,
  start: number,
  column: number,
  bottom: number,
  depth: number,
  flat: number,
) {
  return [...fingerprint]
    .map((character, at) => {
      const centre = start + column * (at + 0.5);
      const y = round(bottom - depth * depthOf(character));
      return `L${round(centre + flat / 2)} ${y}H${round(centre - flat / 2)}`;
    })
    .reverse()
    .join('');
}

function largePath(fingerprint: string, column: KeyShapeColumn) {
  const { bow, half, inner } = sizes[column];
  const height = bow + 8;
  const centre = height / 2;
  const radius = bow / 2 - 0.75;
  const top = centre - half;
  const bottom = centre + half;
  const start = bow + 12;
  const end = start + column * COLUMNS;
  const tip = 1.7 * column;
  return {
    width: round(end + tip + 1),
    height,
    start,
    bow: `M0.75 ${centre}a${radius} ${radius} 0 1 1 ${2 * radius} 0a${radius} ${radius} 0 1 1 ${-2 * radius} 0ZM${bow / 2 - inner} ${centre}a${inner} ${inner} 0 1 0 ${2 * inner} 0a${inner} ${inner} 0 1 0 ${-2 * inner} 0Z`,
    shaft: `M${bow - 0.75} ${round(centre - 0.56 * half)}H${bow + 1}V${top - 3}h3v3h2v-3h3v3H${round(end + 0.45 * tip)}L${round(end + tip)} ${round(top + 0.84 * half)}L${round(end + 0.62 * tip)} ${bottom}H${end}${cuts(fingerprint, start, column, bottom, 1.22 * half, column / 2)}L${start} ${bottom}h-3v3h-3v-3h-2v3h-3V${round(centre + 0.56 * half)}H${bow - 0.75}Z`,
    groove: `M${start} ${round(top + 0.38 * half)}H${round(end + 0.3 * tip)}`,
  };
}

function smallPath(fingerprint: string): string {
  return `M13.25 5.48H15V2h1.5v1.5h1.5H119.83L124.5 7.28L121.27 12.5H116${cuts(fingerprint, 21, 5, 12.5, 6, 3)}H21L21 12.5H18h-1.5v1.5h-1.5V10.52H13.25Z`;
}

const stateClass: Record<KeyShapeState, string> = {
  active: '',
  old: 'is-old',
  missing: 'is-missing',
  lost: 'is-lost',
  unread: 'is-missing',
};

interface KeyShapeProps {
  fingerprint: string | null;
  state?: KeyShapeState;
  column?: KeyShapeColumn;
}

/** The key with its fingerprint below, each cut above its digit. */
export function KeyShape({ fingerprint, state = 'active', column = 10 }: KeyShapeProps) {
  const text = state === 'unread' || fingerprint === null ? BLANK : fingerprint;
  const { width, height, start, bow, shaft, groove } = largePath(text, column);
  const { font, line } = sizes[column];
  const isUnread = text === BLANK;
  return (
    <div className="bitting" data-fingerprint={isUnread ? undefined : text}>
      <svg
        className={`key-shape ${stateClass[isUnread ? 'unread' : state]}`}
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={isUnread ? 'Not read yet' : `Key ${text}`}
      >
        <path fillRule="evenodd" d={bow} />
        <path d={shaft} />
        <path className="groove" d={groove} />
      </svg>
      <span
        className={`print ${isUnread ? 'text-text-3' : ''}`}
        // Said by the picture's name.
        aria-hidden="true"
        style={{
          marginLeft: start,
          fontSize: font,
          lineHeight: `${line}px`,
          letterSpacing: `calc(${column}px - 1ch)`,
        }}
      >
        {text}
      </span>
    </div>
  );
}

/** The key without its fingerprint, for rows and the sidebar, where the text is next to it. */
export function SmallKeyShape({ fingerprint, state = 'active' }: Omit<KeyShapeProps, 'column'>) {
  return (
    <svg
      className={`key-shape key-shape-small ${stateClass[state]}`}
      width="126"
      height="16"
      viewBox="0 0 126 16"
      aria-hidden="true"
    >
      <path
        fillRule="evenodd"
        d="M0.75 8a6.75 6.75 0 1 1 13.5 0a6.75 6.75 0 1 1 -13.5 0ZM3.5 8a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z"
      />
      <path d={smallPath(fingerprint ?? BLANK)} />
    </svg>
  );
}
