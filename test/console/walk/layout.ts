import type { Page } from 'playwright-core';

/**
 * What is not where it should be, in words: a control beside the window or under something else, after it was scrolled to; text or
 * boxes that leave what holds them; a page or dialog that scrolls sideways.
 *
 * @param within only there: the selector of a dialog, or of the whole page.
 */
export function findMisplaced(page: Page, within: string): Promise<string[]> {
  return page.evaluate((selector) => {
    const found: string[] = [];
    const root = [...document.querySelectorAll<HTMLElement>(selector)].at(-1);
    if (!root) return [`there is no ${selector}`];
    const sayElement = (element: Element) => {
      const text = element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '';
      return `${element.tagName.toLowerCase()}.${[...element.classList].join('.')} "${text.slice(0, 24)}"`;
    };
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth - clientWidth} px too wide`);
    const isShown = (element: Element) =>
      element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    const clips = (element: Element) => getComputedStyle(element).overflowX !== 'visible';
    // Code, a raw text and such scroll by themselves, on purpose.
    const scrolls = (element: Element) => /auto|scroll/.test(getComputedStyle(element).overflowX);
    // Not by the area around a small control that can be hit, which is no node.
    const isLeft = (element: Element, { left, right }: DOMRect): boolean =>
      [...element.childNodes].some((node) => {
        const range = document.createRange();
        range.selectNode(node);
        const box = node instanceof Element ? node.getBoundingClientRect() : range.getBoundingClientRect();
        if (box.width > 0 && (box.right > right + 1 || box.left < left - 1)) return true;
        return (
          node instanceof Element &&
          isShown(node) &&
          !clips(node) &&
          isLeft(node, new DOMRect(left, 0, right - left, 0))
        );
      });
    // As much of it as can be seen.
    const findVisible = (element: Element) => {
      const { left, right, top, bottom } = element.getClientRects()[0] ?? new DOMRect();
      const seen = { left, right, top, bottom, width: right - left, height: bottom - top };
      for (let around = element.parentElement; around; around = around.parentElement) {
        if (getComputedStyle(around).overflowX !== 'hidden' && getComputedStyle(around).overflowX !== 'clip')
          continue;
        const box = around.getBoundingClientRect();
        seen.left = Math.max(seen.left, box.left);
        seen.right = Math.min(seen.right, box.right);
      }
      return seen;
    };
    for (const element of [root, ...root.querySelectorAll<HTMLElement>('*')]) {
      if (!isShown(element) || element.closest('svg, .sr, .skip, textarea, pre')) continue;
      const over = element.scrollWidth - element.clientWidth;
      // An icon that stands at the edge has its area beyond it, by a negative margin.
      if (over <= 4 || element.clientWidth === 0) continue;
      const { display } = getComputedStyle(element);
      if (display === 'inline' || display === 'contents') continue;
      if (!clips(element)) {
        // What hides its end says so with an ellipsis; this one lays it over what is beside it.
        if (isLeft(element, element.getBoundingClientRect()))
          found.push(`${sayElement(element)} is left by ${over} px of what is in it`);
      } else if (scrolls(element) && element.matches('main, .dialog, .dialog-body, .scrim')) {
        found.push(`${sayElement(element)} scrolls sideways by ${over} px`);
      }
    }
    const all = 'a[href], button, input, select, textarea, summary, [role="menuitem"], [role="option"]';
    for (const element of root.querySelectorAll<HTMLElement>(all)) {
      if (!isShown(element) || element.matches('.sr, .skip, [type="hidden"], [type="file"]')) continue;
      if (element.closest('[aria-hidden="true"], .sr')) continue;
      // Rows of a table that is scrolled sideways by itself.
      element.scrollIntoView({ block: 'center', inline: 'nearest' });
      const box = findVisible(element);
      if (box.width < 2 || box.height < 2) continue;
      if (box.left < -1 || box.right > innerWidth + 1) {
        found.push(`${sayElement(element)} is beside the window, from ${box.left} to ${box.right}`);
        continue;
      }
      if (box.top < -1 || (box.bottom > innerHeight + 1 && box.height < innerHeight / 2))
        found.push(`${sayElement(element)} is above or below the window`);
      if (element.matches(':disabled')) continue;
      const hit = document.elementFromPoint(
        (box.left + box.right) / 2,
        box.top + Math.min(box.height, 60) / 2,
      );
      const labels = [...((element as HTMLInputElement).labels ?? [])];
      const isHit =
        hit !== null &&
        (element.contains(hit) ||
          hit.contains(element) ||
          labels.some((label) => label.contains(hit)) ||
          element.closest('tr, .input, label')?.contains(hit) === true);
      if (!isHit) found.push(`${sayElement(element)} is under ${hit ? sayElement(hit) : 'nothing'}`);
    }
    return [...new Set(found)];
  }, within);
}
