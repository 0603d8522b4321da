/** From package.json, set by the build. */
declare const APP_VERSION: string

interface Window {
  /** What the preload script hands over; absent in a plain browser. */
  readonly flawline?: { readonly platform: string }
}
