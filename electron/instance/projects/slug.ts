/** A name as a path segment: lower-case letters, digits and dashes; never all digits, which are ids. */
export function toSlug(name: string, fallback: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return slug === '' ? fallback : /^\d+$/.test(slug) ? `${fallback}-${slug}` : slug;
}
