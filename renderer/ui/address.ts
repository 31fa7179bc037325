import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useCallback, useRef, useState } from 'react';

/**
 * What a page shows — its filters, its search, its view — is kept in its address: it is there after a reload, after Back,
 * and for whoever opens the link. Plain names and texts, `?environment=staging&search=smtp`.
 */
export const parseAddress = (search: string): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(search));
export const formatAddress = (search: Record<string, unknown>): string => {
  const given = Object.entries(search).filter(([, value]) => typeof value === 'string' && value !== '');
  const text = new URLSearchParams(given as [string, string][]).toString();
  return text === '' ? '' : `?${text}`;
};

/** What is typed to find something. */
const SEARCH = 'search';
/**
 * (Part of) a name: letters, digits and these, and not many; or a variable's name as most are.
 *
 * SECURITY: anything else that is searched for may be a value, and stays in the page: it must not be left in the browser's
 * history.
 */
const NAME = /^([\p{L}\p{N} _.@/-]{0,30}|[A-Z][A-Z0-9_]*)$/u;
const isKept = (name: string, text: string) => name !== SEARCH || NAME.test(text);

export type Texts<Name extends string> = Record<Name, string>;

/** Texts of the page that are kept in its address under these names, which are constant; '' for what is not there. */
export function useAddress<Name extends string>(
  names: readonly Name[],
): [Texts<Name>, (change: Partial<Texts<Name>>) => void] {
  const inAddress = useRouterState({ select: ({ location }) => formatAddress(pick(location.search, names)) });
  const kept = pick(parseAddress(inAddress), names);
  // A field has what is typed at once: the address follows.
  const [texts, setTexts] = useState(kept);
  const [seen, setSeen] = useState(inAddress);
  const written = useRef<string[]>([]);
  const navigate = useNavigate();
  if (inAddress !== seen) {
    setSeen(inAddress);
    const at = written.current.indexOf(inAddress);
    // Behind what is typed meanwhile; or somebody went back, or followed a link.
    if (at === -1) setTexts(kept);
    else written.current = written.current.slice(at + 1);
  }
  const latest = useRef(texts);
  latest.current = texts;
  const change = useCallback(
    (changed: Partial<Texts<Name>>) => {
      latest.current = { ...latest.current, ...changed };
      setTexts(latest.current);
      const shown = Object.fromEntries(
        Object.entries<string>(latest.current).map(([name, text]) => [name, isKept(name, text) ? text : '']),
      );
      written.current.push(formatAddress(shown));
      void navigate({
        to: '.',
        search: ((before: object) => ({ ...before, ...shown })) as never,
        hash: true,
        replace: true,
        resetScroll: false,
      });
    },
    [navigate],
  );
  return [texts, change];
}

function pick<Name extends string>(search: object, names: readonly Name[]): Texts<Name> {
  const found = new Map<string, unknown>(Object.entries(search));
  return Object.fromEntries(
    names.map((name) => {
      const text = found.get(name);
      return [name, typeof text === 'string' ? text : ''];
    }),
  ) as Texts<Name>;
}

const SEARCH_ALONE = [SEARCH] as const;

/** The search of a page that has nothing else to keep. */
export function useSearch(): [string, (search: string) => void] {
  const [{ search }, change] = useAddress(SEARCH_ALONE);
  return [search, (next) => change({ search: next })];
}

/** The one of several that a text of the address names; the first for any other. */
export function choiceOf<Choice extends string>(
  choices: readonly [Choice, ...Choice[]],
  text: string,
): Choice {
  return choices.find((choice) => choice === text) ?? choices[0];
}
