import { html, raw } from 'hono/html';

/** Served as a file of its own: the page's policy allows no inline style. */
export const docsStyle = `
:root { color-scheme: light dark; --ink: #1d2329; --paper: #f6f5f2; --line: #d9d6cf; --accent: #1f6f5c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e4df; --paper: #16191c; --line: #343a40; --accent: #6cc3ab; } }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
main { box-sizing: border-box; max-width: 64rem; margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
a { color: var(--accent); }
code { font-size: .85em; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
`;

interface Operation {
  responses?: Record<string, { description?: string }>;
}
interface ApiDocument {
  info: { title: string; version: string };
  paths?: Record<string, Record<string, Operation>>;
}

/** The API on one readable page, from the OpenAPI document; no script. */
export function renderDocs(document: unknown) {
  const { info, paths = {} } = document as ApiDocument;
  const rows = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => {
      const answers = Object.entries(operation.responses ?? {}).map(
        ([status, { description }]) => `${status} ${description ?? ''}`,
      );
      return html`<tr><td><code>${method.toUpperCase()}</code></td><td><code>/api${path}</code></td><td>${answers.join('; ')}</td></tr>`;
    }),
  );
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${info.title} API</title>
<link rel="stylesheet" href="/page.css"></head>
<body><main><h1>${info.title} API ${info.version}</h1>
<p>Every path uses JSON for requests and responses; errors are <code>application/problem+json</code>. The full description with schemas:
<a href="/api/openapi.json">openapi.json</a>.</p>
<table><thead><tr><th>Method</th><th>Path</th><th>Response</th></tr></thead><tbody>${rows.map((row) => raw(row.toString()))}</tbody></table></main></body></html>`;
}
