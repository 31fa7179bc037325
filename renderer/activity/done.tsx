import type { Line } from './activity-query.ts';

/** A log line as the sentence the instance made of it. */
export function Done({ sentence }: Pick<Line, 'sentence'>) {
  return sentence.map(({ text, style }, at) => {
    // Parts of one sentence never reorder.
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
