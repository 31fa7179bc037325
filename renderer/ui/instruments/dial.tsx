/**
 * A dial of the days since a copy was verified. A full turn is 180 days; the right half, a line, is up to 90, the
 * left half, dots, up to 180. Large once per page, 16 px in lists, a dotted ring for "never verified".
 */
const TURN_DAYS = 180;
const DUE_DAYS = 90;
const TICKS = 60;

const round = (value: number) => Math.round(value * 100) / 100;

/** A point on a circle around (60, 60), clockwise from the top. */
function at(radius: number, turn: number): [x: number, y: number] {
  const angle = turn * 2 * Math.PI;
  return [round(60 + radius * Math.sin(angle)), round(60 - radius * Math.cos(angle))];
}

function Spoke({ turn, from, to, className }: { turn: number; from: number; to: number; className: string }) {
  const [x1, y1] = at(from, turn);
  const [x2, y2] = at(to, turn);
  return <line className={className} x1={x1} y1={y1} x2={x2} y2={y2} />;
}

/** `days` since the last verification, or null for none. */
export function Dial({ days }: { days: number | null }) {
  const turn = Math.min(days ?? 0, TURN_DAYS) / TURN_DAYS;
  const label =
    days === null
      ? 'Never verified.'
      : `Verified ${days} ${days === 1 ? 'day' : 'days'} ago. Due after ${DUE_DAYS} days, at risk after ${TURN_DAYS}.`;
  return (
    <svg className="dial" width="120" height="120" viewBox="0 0 120 120" role="img" aria-label={label}>
      {Array.from({ length: TICKS }, (_, index) => (
        <Spoke
          // biome-ignore lint/suspicious/noArrayIndexKey: sixty ticks that never move
          key={index}
          className={`tick ${days !== null && (index * TURN_DAYS) / TICKS <= days ? 'is-past' : ''}`}
          turn={index / TICKS}
          from={57}
          to={index % 10 === 0 ? 47 : 51}
        />
      ))}
      {days === null ? (
        <circle
          className="zone-none"
          fill="none"
          strokeWidth="2"
          strokeDasharray="2 4"
          cx="60"
          cy="60"
          r="42"
        />
      ) : (
        <>
          <path className="zone-ok" fill="none" strokeWidth="2" d="M60 18A42 42 0 0 1 60 102" />
          <path
            className="zone-due"
            fill="none"
            strokeWidth="2"
            strokeDasharray="2 4"
            d="M56 102A42 42 0 0 1 56 18"
          />
          <Spoke className="hand" turn={turn} from={58} to={39} />
        </>
      )}
      <text x="60" y="66">
        {days === null ? '–' : days}
      </text>
      <text className="unit" x="60" y="83">
        {days === null ? 'never verified' : days === 1 ? 'day ago' : 'days ago'}
      </text>
    </svg>
  );
}

/** The same in 16 px, for list rows. */
export function MiniDial({ days }: { days: number | null }) {
  const level = days === null ? 'none' : days <= DUE_DAYS ? 'ok' : days <= TURN_DAYS ? 'due' : 'risk';
  const angle = (Math.min(days ?? 0, TURN_DAYS) / TURN_DAYS) * 2 * Math.PI;
  return (
    <svg className={`dial-mini is-${level}`} viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="6.25" />
      {days !== null && (
        <path d={`M8 8L${round(8 + 4 * Math.sin(angle))} ${round(8 - 4 * Math.cos(angle))}`} />
      )}
    </svg>
  );
}
