/** What leaving out a place for the database means. */
export function LaterText() {
  return (
    <span>
      Until then the database is on this computer only: if it is lost, a copy of the key has nothing to
      decrypt.
    </span>
  );
}
