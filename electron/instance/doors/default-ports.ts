/** Default ports; others are used if these are taken and were not requested. */
export const DEFAULT_PORTS = { https: 8443, http: 8080 } as const;
