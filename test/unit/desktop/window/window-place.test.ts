import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choosePlace, isReachable, type Place } from '../../../../electron/desktop/window/window-place.ts';

const screen = (x = 0, y = 0, width = 1920, height = 1080): Place => ({ x, y, width, height });

describe('where the window goes', () => {
  it('is where it was', () => {
    const saved = { x: 200, y: 100, width: 1280, height: 800 };
    expect(choosePlace(saved, [screen()])).toEqual(saved);
  });

  it('is the middle of the main screen at first', () => {
    expect(choosePlace(null, [screen()])).toEqual({ x: 320, y: 140, width: 1280, height: 800 });
  });

  it('is the main screen again when the two others were unplugged', () => {
    for (const x of [1920, -1920]) {
      const place = choosePlace({ x, y: 50, width: 1280, height: 800 }, [screen()]);
      expect(place).toEqual({ x: 320, y: 140, width: 1280, height: 800 });
    }
  });

  it('stays while its title bar can be dragged, also half outside, and not where it is larger than the screen', () => {
    const at = (x: number, y: number) => ({ x, y, width: 1280, height: 800 });
    expect([isReachable(at(1500, 900), [screen()]), isReachable(at(-1000, 0), [screen()])]).toEqual([
      true,
      true,
    ]);
    for (const place of [at(1900, 0), at(0, -40), at(0, 1070), at(-1270, 0)])
      expect(isReachable(place, [screen()]), JSON.stringify(place)).toBe(false);
    expect(isReachable(at(0, 0), [screen(0, 0, 1024, 768)])).toBe(false);
    expect(isReachable(at(2200, 0), [screen(), screen(1920)])).toBe(true);
  });

  it('can always be grasped by its title bar, whatever was saved', () => {
    const coordinate = fc.integer({ min: -10_000, max: 10_000 });
    const size = fc.integer({ min: 1, max: 10_000 });
    const place = fc.record({ x: coordinate, y: coordinate, width: size, height: size });
    fc.assert(
      fc.property(place, fc.array(place, { minLength: 1, maxLength: 3 }), (saved, others) => {
        const screens = others.map((each) => ({
          ...each,
          width: each.width + 640,
          height: each.height + 480,
        }));
        const { x, y, width, height } = choosePlace(saved, screens);
        const holds = screens.some(
          (area) =>
            Math.min(x + width, area.x + area.width) - Math.max(x, area.x) >= Math.min(120, width) &&
            y >= area.y &&
            y + Math.min(32, height) <= area.y + area.height,
        );
        expect(holds).toBe(true);
      }),
    );
  });
});
