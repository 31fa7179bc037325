import type { Page } from 'playwright-core';

/** What a screen reader lists of a page, apart from its texts. */
const LISTED =
  /^(heading|columnheader|button|link|textbox|radio|checkbox|combobox|searchbox|region|img|table|navigation|tablist|tab|alert|dialog|alertdialog|radiogroup|group|spinbutton|switch|progressbar)$/;

/**
 * The accessibility tree of what `within` selects, as Playwright writes it, a line for each heading, control, region and picture
 * with its name; without the depth, without what is in a picture, and with what differs in every run left out.
 */
export async function readTree(page: Page, within = 'main'): Promise<string> {
  const tree = await page.locator(within).first().ariaSnapshot();
  return (
    tree
      .split('\n')
      // A name with a colon is in quotes.
      .map((line) =>
        line
          .trim()
          .replace(/^- /, '')
          .replace(/^'(.*)'(:?)$/, '$1$2'),
      )
      .filter((line) => LISTED.test(/^\w+/.exec(line)?.[0] ?? ''))
      .map((line) =>
        line
          .replace(/:$/, '')
          .replaceAll(/[0-9A-F]{4}(-[0-9A-F]{4}){3}/g, 'FINGERPRINT')
          .replaceAll(/\b(today, )?\d{1,2}:\d\d( [AP]M)?/g, 'TIME')
          .replaceAll(/temps-first-run-\w+/g, 'FOLDER')
          .replaceAll(/Word \d+/g, 'Word N'),
      )
      .join('\n')
  );
}
