import type { Rejected } from '../compute/messages.ts'
import type { Inspection, StoredRegion } from '../store/index.ts'
import type { ImageFile } from './files.ts'

/** Which inspected images are copied into the data folder, so that the history keeps its pictures. */
export type KeepImages = 'all' | 'ng' | 'none'

/** An image that was judged, as it is stored. */
export interface InspectedImage {
  readonly kind: 'inspected'
  readonly image: ImageFile
  readonly inspection: Inspection
  readonly regions: readonly StoredRegion[]
  readonly overlayFile: string | null
}

/** An image that could not be judged. */
export interface RejectedImage {
  readonly kind: 'rejected'
  readonly image: ImageFile
  readonly problem: Rejected['problem']
  readonly message: string
}

export type InspectionOutcome = InspectedImage | RejectedImage
