/** Decides which face `npm start` opens. */
import type { Runtime } from './runtime.ts'

export type Choice =
  | { readonly face: 'desktop'; readonly electron: string }
  /** `because` is the one line that is said. */
  | { readonly face: 'station'; readonly because: string; readonly browser: boolean }

export interface Surroundings {
  readonly platform: NodeJS.Platform
  readonly environment: NodeJS.ProcessEnv
  /** True for root on Unix: Chromium refuses to run its sandbox then, and ours is never switched off. */
  readonly root: boolean
  /** Asked only where the answer matters: it may fetch a hundred megabytes. */
  readonly runtime: () => Promise<Runtime>
}

export async function chooseFace(surroundings: Surroundings): Promise<Choice> {
  const { platform, environment, root, runtime } = surroundings
  if (!hasDisplay(platform, environment)) {
    return {
      face: 'station',
      because: 'There is no display here, so the station starts instead.',
      browser: false,
    }
  }
  if (root && platform !== 'win32') {
    return {
      face: 'station',
      because: "Electron's sandbox does not run as root, so the station opens in the browser instead.",
      browser: true,
    }
  }
  const found = await runtime()
  if ('missing' in found) {
    return {
      face: 'station',
      because: `${found.missing}, so the station opens in the browser instead.`,
      browser: true,
    }
  }
  return { face: 'desktop', electron: found.path }
}

/** Windows and macOS always have one; on Linux the session says so. */
export function hasDisplay(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): boolean {
  if (platform === 'win32' || platform === 'darwin') return true
  return Boolean(environment['DISPLAY'] || environment['WAYLAND_DISPLAY'])
}
