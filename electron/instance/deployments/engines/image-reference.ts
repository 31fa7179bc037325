import { AppError } from '../../kernel/app-error.ts';

/** A reference to an image, in its parts, as Docker reads it: what is left out is Docker's own registry, and `latest`. */
export interface ImageReference {
  /** `ghcr.io/ada/shop`; `nginx` as it was written. */
  name: string;
  /** Null only beside a digest. */
  tag: string | null;
  /** `sha256:…` */
  digest: string | null;
}

/** The grammar of distribution/reference: host and port, then path components. */
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const HOST =
  '(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\\[[0-9a-fA-F:]+\\])(?::[0-9]{1,5})?';
const REFERENCE = new RegExp(
  `^((?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`,
);
/** Longer ones no registry has. */
const MAX_LENGTH = 500;

/** Throws `invalid_request` for what names no image. */
export function parseImageReference(text: string): ImageReference {
  const found = text.length <= MAX_LENGTH ? REFERENCE.exec(text) : null;
  if (!found)
    throw new AppError(
      'invalid_request',
      'This is not the name of an image. Images are named like nginx, nginx:1.27 or ghcr.io/ada/shop:2.',
      { fields: { image: 'not the name of an image' } },
    );
  const [, name = '', tag, digest] = found;
  return { name, tag: tag ?? (digest === undefined ? 'latest' : null), digest: digest ?? null };
}

/** As the engine takes it. */
export function formatImageReference({ name, tag, digest }: ImageReference): string {
  return `${name}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`;
}

/** Whether an image of this name here may be another one than the registry has by now, as Kubernetes decides it. */
export const isMoving = ({ tag, digest }: ImageReference): boolean => digest === null && tag === 'latest';
