import { expect, it } from 'vitest';
import { nameApart } from '../../../renderer/ui/rows/names-apart.ts';

const rows = (...texts: string[]) =>
  texts.map((text) => {
    const [name = '', place = ''] = text.split(' ');
    return { name, place };
  });
const namesOf = (all: ReturnType<typeof rows>) =>
  all.map(
    nameApart(
      all,
      ({ name }) => name,
      ({ place }) => ` in ${place}`,
    ),
  );

it('adds what tells rows apart to those that have the same name, and to no other', () => {
  expect(namesOf(rows('A staging', 'B staging', 'A production'))).toEqual([
    'A in staging',
    'B',
    'A in production',
  ]);
});

it('numbers what is the same even then', () => {
  expect(namesOf(rows('A x', 'A x', 'A y'))).toEqual(['A in x, 1 of 2', 'A in x, 2 of 2', 'A in y']);
});

it('names a row of another list by its name', () => {
  const [known, other] = rows('A x', 'A x');
  const nameOf = nameApart(
    [known ?? {}],
    () => 'A',
    () => ' in x',
  );
  expect(nameOf(other ?? {})).toBe('A');
});
