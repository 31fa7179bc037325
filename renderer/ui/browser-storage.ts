/**
 * What is kept for this browser or this tab. A browser may deny it, by its settings or in a frame: then it is kept until the page is
 * loaded again, and everything else works.
 */
export const keptInBrowser = openStorage(() => localStorage);
export const keptInTab = openStorage(() => sessionStorage);

interface KeptTexts {
  /** Null where there is none. */
  read(key: string): string | null;
  write(key: string, text: string): void;
  remove(key: string): void;
}

/** @param find throws where the browser denies it, already when it is asked for. */
function openStorage(find: () => Storage): KeptTexts {
  const denied = new Map<string, string>();
  return {
    read(key) {
      try {
        return find().getItem(key);
      } catch {
        return denied.get(key) ?? null;
      }
    },
    write(key, text) {
      try {
        find().setItem(key, text);
      } catch {
        denied.set(key, text);
      }
    },
    remove(key) {
      denied.delete(key);
      try {
        find().removeItem(key);
      } catch {
        // Nothing is there.
      }
    },
  };
}
