/**
 * Puts an entry last in a map whose order is that of last use. Where there are more than `max`, the first one, which was
 * used longest ago, is taken out and returned.
 */
export function putLast<K, V>(
  map: Map<K, V>,
  key: K,
  value: V,
  max = Number.POSITIVE_INFINITY,
): V | undefined {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map;
  if (map.size <= max || oldest === undefined) return undefined;
  map.delete(oldest[0]);
  return oldest[1];
}
