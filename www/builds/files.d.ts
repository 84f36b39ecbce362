// What scripts/dist.mjs puts into a build that holds everything itself. Browsers never load this file; tsc does.

declare module 'inlined:files' {
  /** Texts of the site by their paths. */
  export const texts: Record<string, string>;
  /** The engine: gzip, as base64. */
  export const wasm: string;
}
