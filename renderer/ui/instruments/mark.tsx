/** The product's mark. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="10" r="8.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <g transform="rotate(45 10 10)" fill="var(--key)">
        <path fillRule="evenodd" d="M10 10.2a2.7 2.7 0 1 0 .001 0Zm0 1.6a1.1 1.1 0 1 1-.001 0Z" />
        <path d="M9.25 10.6V3.9h1.5v1h1.9v1.5h-1.9v.9h1.3v1.4h-1.3v1.9Z" />
      </g>
    </svg>
  );
}
