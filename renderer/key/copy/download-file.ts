/** Gives bytes to the browser to save. */
export function downloadBase64(base64: string, name: string): void {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on the bytes as soon as it began.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
