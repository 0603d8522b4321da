/** What a person chose for this screen: language, theme. Kept in the browser (the application's own profile). */
import { useStorage, type RemovableRef } from '@vueuse/core'

interface Preferences {
  /** BCP 47; null: the system's. */
  readonly language: RemovableRef<string | null>
  readonly sidebarCollapsed: RemovableRef<boolean>
  readonly lastProjectId: RemovableRef<string | null>
}

const text = {
  read: (value: string) => (value === '' ? null : value),
  write: (value: string | null) => value ?? '',
}
const preferences: Preferences = {
  language: useStorage<string | null>('flawline.language', null, undefined, { serializer: text }),
  sidebarCollapsed: useStorage('flawline.sidebar-collapsed', false),
  lastProjectId: useStorage<string | null>('flawline.last-project', null, undefined, { serializer: text }),
}

export function usePreferences(): Preferences {
  return preferences
}
