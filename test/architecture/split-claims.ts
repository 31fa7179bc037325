/** The sentences of a Markdown document, the rows of its tables and the points of its lists; headings say nothing. */
export function splitClaims(markdown: string): string[] {
  const blocks = markdown
    .replace(/^```.*?^```$/gms, '')
    .replace(/<!--.*?-->/gs, '')
    .replace(/^#.*$/gm, '\n')
    .split(/\n{2,}|\n(?=[-#|] ?)/)
    .map((block) => block.trim())
    .filter((block) => block !== '');
  return blocks.flatMap((block, at) => {
    if (!block.startsWith('|')) return splitSentences(block.replace(/^- /, ''));
    // The row of the table's titles, and the line below it.
    const isHead = /^\|[\s|:-]+\|$/.test(blocks[at + 1] ?? '') || /^\|[\s|:-]+\|$/.test(block);
    return isHead ? [] : [block.slice(1, -1).trim()];
  });
}

/** At a full stop before a capital, outside code. */
function splitSentences(text: string): string[] {
  const sentences: string[] = [];
  let begun = '';
  for (const part of text.replace(/\s+/g, ' ').split(/(`[^`]*`)/)) {
    if (part.startsWith('`') && !/\.[")]? $/.test(begun)) {
      begun += part;
      continue;
    }
    for (const sentence of part.split(/(?<=\.[")]?) (?=[A-Z*"(`])/)) {
      if (/\.[")]? ?$/.test(begun)) {
        sentences.push(begun.trim());
        begun = '';
      }
      begun += sentence;
    }
  }
  return [...sentences, begun.trim()].filter((sentence) => sentence !== '');
}
