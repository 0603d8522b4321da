/// <reference types="vite/client" />
import type { Bridge } from '../contract/bridge.ts'

declare global {
  /** From package.json, set by the build. */
  const APP_VERSION: string

  interface Window {
    /** What the preload script hands over; absent in a plain browser. */
    readonly flawline?: Bridge
  }
}
