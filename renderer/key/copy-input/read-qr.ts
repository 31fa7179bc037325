/** Sizes a picture is scanned at: the code may fill a photo or be a corner of it. */
const SIDES_PX = [1600, 2600, 900, 500];

/** Larger ones take seconds to scan. */
const MAX_SIDE_PX = 2600;

/** Content of the kit's QR code. */
const PAYLOAD = /^temps-key:v1:[0-9a-f-]{36}:\d{1,9}:[0-9a-f]{64}:([0-9A-F]{4}(?:-[0-9A-F]{4}){3})$/;

/** The fingerprint in a code's text, or null if it is not a key's code. */
export function findFingerprint(text: string): string | null {
  return PAYLOAD.exec(text.trim())?.[1] ?? null;
}

/** The code of one share of a split key holds its words and nothing else. */
const SHARE = /^[a-z]{4,8}(?:\s+[a-z]{4,8}){32}$/i;

/** Whether a code's text is a key's, or a share's: the instance says what a share is good for. */
export function isCodeOfKey(text: string): boolean {
  return findFingerprint(text) !== null || SHARE.test(text.trim());
}

/** The text of the key's QR code in a picture. Throws an Error with a message for people. */
export async function readQrPicture(file: Blob): Promise<string> {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error('The browser cannot open this picture.');
  });
  try {
    const read = await loadReader();
    const side = Math.max(bitmap.width, bitmap.height);
    let other = false;
    // At full size first, unless it is a large photo; then smaller, which reduces noise.
    const limits = [...(side <= MAX_SIDE_PX ? [side] : []), ...SIDES_PX.filter((each) => each < side)];
    for (const limit of limits) {
      const text = read(bitmap, limit / side);
      if (text !== null && isCodeOfKey(text)) return text.trim();
      other ||= text !== null;
    }
    throw new Error(
      other
        ? 'There is a QR code in this picture, but it is not a copy of a key.'
        : 'No QR code was found in this picture. Take the photo straight from above, with the whole code visible.',
    );
  } finally {
    bitmap.close();
  }
}

/** Scans one frame or picture, scaled; null without a code. The decoder is loaded when first needed. */
export async function loadReader(): Promise<
  (source: ImageBitmap | HTMLVideoElement, scale: number) => string | null
> {
  const { default: jsQR } = await import('jsqr');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser cannot read pictures.');
  return (source, scale) => {
    const [width, height] =
      source instanceof HTMLVideoElement
        ? [source.videoWidth, source.videoHeight]
        : [source.width, source.height];
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    // Transparent parts of a picture count as white paper.
    context.fillStyle = 'white';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const found = jsQR(data, canvas.width, canvas.height);
    // SECURITY: the picture of a key does not stay in the canvas.
    canvas.width = 1;
    return found?.data ?? null;
  };
}
