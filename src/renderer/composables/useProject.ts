import { computed, inject, type ComputedRef, type InjectionKey, type Ref } from 'vue'
import type { ProjectOverview } from '../../contract/index.ts'

export const projectKey: InjectionKey<Ref<ProjectOverview | undefined>> = Symbol('project')

/** The project whose page this is; always there on a project's pages. */
export function useProject(): ComputedRef<ProjectOverview> {
  const project = inject(projectKey)
  return computed(() => {
    if (!project?.value) throw new Error('useProject is for the pages of a project')
    return project.value
  })
}
