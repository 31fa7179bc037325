import type { Line } from './activity-query.ts';

/** What a line says was done, as the instance puts it into words. */
export function Done({ sentence }: Pick<Line, 'sentence'>) {
  return sentence.map(({ text, style }, at) => {
    // The pieces of one sentence have no order but their own.
    const key = `${at} ${text}`;
    if (style === 'name')
      return (
        <b dir="auto" key={key}>
          {text}
        </b>
      );
    if (style === 'code')
      return (
        <span className="font-mono text-12" key={key}>
          {text}
        </span>
      );
    return <span key={key}>{text}</span>;
  });
}
