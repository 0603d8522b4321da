/** What the projects page reckons: what is next for a project, which cards are shown, typed scales. */
import type { ProjectOverview } from '../../../contract/index.ts'

/** What leads this project on: images first, then labels, a model, and then parts to inspect. */
export type NextStep = 'import' | 'label' | 'train' | 'inspect'

/** The next step of a project, from what it holds. */
export function nextStep(
  project: Pick<ProjectOverview, 'good' | 'defect' | 'unlabelled' | 'models'>,
): NextStep {
  if (project.models > 0) return 'inspect'
  if (project.good + project.defect + project.unlabelled === 0) return 'import'
  return project.good === 0 ? 'label' : 'train'
}

/** The page (route name) of a step, with its query. */
export function pageOf(step: NextStep): {
  readonly name: 'samples' | 'train' | 'inspect'
  readonly query: Readonly<Record<string, string>>
} {
  if (step === 'import') return { name: 'samples', query: { import: '1' } }
  if (step === 'label') return { name: 'samples', query: {} }
  return { name: step, query: {} }
}

export interface CardFilter {
  /** Words that all must occur in name or description, without regard to case. */
  readonly search: string
  /** The archived ones, or those in use. */
  readonly archived: boolean
}

/** The projects to show, in the order given. */
export function shownProjects(
  projects: readonly ProjectOverview[],
  { search, archived }: CardFilter,
): readonly ProjectOverview[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  return projects.filter((project) => {
    if ((project.archivedAt !== null) !== archived) return false
    const text = `${project.name}\n${project.description}`.toLocaleLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/**
 * A typed scale in millimetres per pixel, with a decimal point or comma: null if nothing was typed, undefined if it
 * is no scale.
 */
export function parseScale(typed: string): number | null | undefined {
  const text = typed.trim().replace(',', '.')
  if (text === '') return null
  const value = Number(text)
  return Number.isFinite(value) && value > 0 && value <= 1000 ? value : undefined
}
