/** Hands the browser a JSON file to keep. SECURITY: the caller puts no secret in it. */
export function downloadJson(name: string, content: unknown): void {
  const blob = new Blob([`${JSON.stringify(content, null, 2)}\n`], { type: 'application/json' });
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on the data once it began.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** "2026-05-04", for names of files. */
export const formatFileDay = (ms: number) => new Date(ms).toISOString().slice(0, 10);
