import {
  inspectionView,
  inspectionViews,
  lotViews,
  neighbours,
  regionView,
  reviewView,
  storeFilter,
  summaryView,
  thresholdOf,
} from '../history-views.ts'
import { reviewInspection, withdrawReview } from '../reviews.ts'
import type { Services } from '../services.ts'
import type { Inspection } from '../../store/index.ts'
import type { Implementation } from './implementation.ts'

export function historyRouter(os: Implementation, services: Services) {
  const { live } = services
  const { store } = services.core

  /** Tells of a review, and gives the inspection as it is now. */
  const reviewed = (inspection: Inspection) => {
    live.changed('inspections', inspection.projectId)
    live.changed('projects', inspection.projectId)
    return inspectionView(store, inspection)
  }

  return {
    page: os.history.page.handler(({ input }) => {
      const { after, limit, ...filter } = input
      const found = store.inspections.list({
        ...storeFilter(filter),
        limit,
        ...(after === undefined ? {} : { after }),
      })
      const last = found.length < limit ? undefined : found.at(-1)
      return {
        inspections: inspectionViews(store, found),
        next: last === undefined ? null : { inspectedAt: last.inspectedAt, id: last.id },
      }
    }),
    summary: os.history.summary.handler(({ input }) =>
      summaryView(store.inspections.summary(storeFilter(input))),
    ),
    get: os.history.get.handler(({ input }) => {
      const inspection = store.inspections.get(input.id)
      const { millimetresPerPixel } = store.projects.get(inspection.projectId)
      return {
        inspection: inspectionView(store, inspection),
        scores: inspection.scores,
        regions: store.inspections
          .regions(inspection.id)
          .map((region) => regionView(region, millimetresPerPixel)),
        threshold: thresholdOf(store, inspection),
        reviews: store.reviews.list(inspection.id).map(reviewView),
        ...neighbours(store, inspection),
      }
    }),
    review: os.history.review.handler(({ input, context }) => {
      const { id, verdict, defectType, reason } = input
      return reviewed(
        reviewInspection(store, {
          id,
          verdict,
          reviewer: context.user.name,
          ...(defectType === undefined ? {} : { defectType }),
          ...(reason === undefined ? {} : { reason }),
        }),
      )
    }),
    withdrawReview: os.history.withdrawReview.handler(({ input, context }) =>
      reviewed(withdrawReview(store, input.id, context.user.name)),
    ),
    lots: os.history.lots.handler(({ input }) => lotViews(store, input.projectId)),
    defectTypes: os.history.defectTypes.handler(({ input }) => store.reviews.defectTypes(input.projectId)),
  }
}
