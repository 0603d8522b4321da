import { homedir } from 'node:os'
import path from 'node:path'

/**
 * The data folder of all three faces unless another is named: where the platform wants applications to keep their
 * data. On Windows and macOS it lies in the folder of that name that also holds the desktop application's profile.
 */
export function defaultDataFolder(
  platform: NodeJS.Platform = process.platform,
  environment: NodeJS.ProcessEnv = process.env,
  home: string = homedir(),
): string {
  if (platform === 'win32') {
    return path.win32.join(
      environment['APPDATA'] || path.win32.join(home, 'AppData', 'Roaming'),
      'Flawline',
      'data',
    )
  }
  if (platform === 'darwin')
    return path.posix.join(home, 'Library', 'Application Support', 'Flawline', 'data')
  // The XDG base directory specification: a relative path there is to be ignored.
  const base = environment['XDG_DATA_HOME']
  return path.posix.join(
    base && path.posix.isAbsolute(base) ? base : path.posix.join(home, '.local', 'share'),
    'flawline',
  )
}
