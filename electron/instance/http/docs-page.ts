import { html, raw } from 'hono/html';

interface Operation {
  summary?: string;
  description?: string;
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
<body><main class="wide"><h1>${info.title} API ${info.version}</h1>
<p>Every path takes and answers JSON; errors are <code>application/problem+json</code>. The whole description with its schemas:
<a href="/api/openapi.json">openapi.json</a>.</p>
<table><thead><tr><th>Method</th><th>Path</th><th>Answer</th></tr></thead><tbody>${rows.map((row) => raw(row.toString()))}</tbody></table></main></body></html>`;
}
