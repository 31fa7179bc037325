/** What a session was opened with, as far as it says so itself. Whoever signs in can say anything. */
export interface Device {
  /** `Firefox`; the first word of another program; null for one that says nothing. */
  browser: string | null;
  /** `Linux`; null where it is not said. */
  system: string | null;
  kind: 'computer' | 'phone' | 'program';
}

/** Most specific first: each user agent also contains the names that come after it here. */
const browsers: readonly [pattern: RegExp, name: string][] = [
  [/(Firefox|FxiOS)\//, 'Firefox'],
  [/Edg(A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Vivaldi\//, 'Vivaldi'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/(Chrom(e|ium)|CriOS)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const systems: readonly [pattern: RegExp, name: string, kind: Device['kind']][] = [
  [/iPhone|iPod/, 'iOS', 'phone'],
  [/iPad/, 'iPadOS', 'phone'],
  [/Android/, 'Android', 'phone'],
  [/CrOS/, 'ChromeOS', 'computer'],
  [/Windows/, 'Windows', 'computer'],
  [/Mac OS X/, 'macOS', 'computer'],
  [/Linux|X11/, 'Linux', 'computer'],
];

export function findDevice(userAgent: string | null): Device {
  const text = userAgent ?? '';
  const browser = browsers.find(([pattern]) => pattern.test(text))?.[1];
  const [, system = null, kind = 'computer'] = systems.find(([pattern]) => pattern.test(text)) ?? [];
  if (browser) return { browser, system, kind };
  return { browser: text.split(/[\s/]/)[0] || null, system, kind: 'program' };
}
