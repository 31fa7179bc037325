/**
 * Previews how the instance turns a name into a path segment (projects/slug.ts there): lower-case letters, digits
 * and dashes. The instance decides.
 */
export function previewSlug(name: string, fallback: string, taken: ReadonlySet<string> = new Set()): string {
  const made = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  const base = made === '' ? fallback : /^\d+$/.test(made) ? `${fallback}-${made}` : made;
  if (!taken.has(base)) return base;
  let number = 2;
  while (taken.has(`${base}-${number}`)) number++;
  return `${base}-${number}`;
}
