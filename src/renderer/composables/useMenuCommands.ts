/** Follows the choices of the desktop application's menu, and the same shortcuts in a browser. */
import { useEventListener } from '@vueuse/core'
import { onScopeDispose } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { usePreferences } from '../app/preferences.ts'
import { projectPages } from '../app/router.ts'

/** Pages by number: Alt+1 is projects, Alt+2 samples, … Alt+8 settings. */
export const numberedPages = ['projects', ...projectPages, 'settings'] as const

export function useMenuCommands(): void {
  const router = useRouter()
  const route = useRoute()
  const { lastProjectId } = usePreferences()

  function go(page: string): void {
    const projectId = route.params['projectId'] ?? lastProjectId.value
    if (page === 'projects' || page === 'settings' || page === 'help') void router.push({ name: page })
    else if (typeof projectId === 'string' && projectPages.some((name) => name === page))
      void router.push({ name: page, params: { projectId } })
  }

  const stop = window.flawline?.onMenu((command) => {
    if (command.kind === 'go') go(command.page)
    else if (command.kind === 'help')
      void router.push({ name: 'help', params: { topic: String(route.name ?? '') } })
    else if (command.kind === 'new-project') void router.push({ name: 'projects', query: { new: '1' } })
    else if (command.kind === 'import') {
      const projectId = route.params['projectId'] ?? lastProjectId.value
      if (typeof projectId === 'string')
        void router.push({ name: 'samples', params: { projectId }, query: { import: '1' } })
    }
  })
  if (stop) onScopeDispose(stop)

  useEventListener(window, 'keydown', (event) => {
    if (event.key === 'F1') {
      event.preventDefault()
      void router.push({ name: 'help', params: { topic: String(route.name ?? '') } })
    }
    if (!event.altKey || event.ctrlKey || event.metaKey) return
    const page = numberedPages[Number(event.key) - 1]
    if (page === undefined) return
    event.preventDefault()
    go(page)
  })
}
