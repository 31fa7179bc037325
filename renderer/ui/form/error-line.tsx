/** What went wrong, where a banner would be too much. Nothing while nothing did. */
export function ErrorLine({ said }: { said: string | undefined }) {
  if (said === undefined) return null;
  return (
    <p className="text-danger-text [overflow-wrap:anywhere]" role="alert">
      {said}
    </p>
  );
}
