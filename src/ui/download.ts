/** @file A file made here, given to the reader. */

/** Long enough for the browser to have taken the file. */
const KEPT_MS = 60_000;

export function download(name: string, text: string, type: string): void {
  downloadBlob(name, new Blob([text], { type }));
}

export function downloadBytes(name: string, bytes: Uint8Array<ArrayBuffer>): void {
  downloadBlob(name, new Blob([bytes], { type: 'application/octet-stream' }));
}

export function downloadBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

export function downloadJson(name: string, value: unknown): void {
  download(name, `${JSON.stringify(value, null, 2)}\n`, 'application/json');
}
