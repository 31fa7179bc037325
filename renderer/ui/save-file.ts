/** Gives text or bytes to the browser as a download, without a request. */
export function saveFile(name: string, content: string | Uint8Array<ArrayBuffer>, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download keeps its own reference once started.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
