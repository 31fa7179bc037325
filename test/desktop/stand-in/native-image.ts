import { statSync } from 'node:fs';
import type * as Electron from 'electron';
import { noteChange } from './control/control.ts';
import type { ImageState } from './control/control-contract.ts';
import { offer } from './offered.ts';

const images = new WeakMap<Electron.NativeImage, ImageState>();

export function describeImage(image: Electron.NativeImage | string): ImageState {
  if (typeof image === 'string') return describeImage(nativeImage.createFromPath(image));
  const found = images.get(image);
  if (!found) throw new Error('no image of the stand-in');
  return found;
}

export const nativeImage = offer<typeof Electron.nativeImage>()('nativeImage', {
  /** As Electron's, it gives an empty image for a file that is not there. */
  createFromPath(path: string) {
    const shown: ImageState = {
      path,
      isEmpty: !((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0),
      isTemplate: false,
    };
    const image = offer<Electron.NativeImage>()('nativeImage', {
      isEmpty: () => shown.isEmpty,
      setTemplateImage(isTemplate: boolean) {
        shown.isTemplate = isTemplate;
        noteChange();
      },
    });
    images.set(image, shown);
    return image;
  },
});
