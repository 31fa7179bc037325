/** Default ports; others are used if these are taken and were not requested. */
export const DEFAULT_PORTS = { https: 8443, http: 8080 } as const;

/** Where apps are reached, the first that is free: these, or any. The console's is none of them, as cookies know no ports. */
export const APP_PORTS: readonly number[] = [
  ...Array.from({ length: 10 }, (_, at) => DEFAULT_PORTS.https + 1 + at),
  0,
];
