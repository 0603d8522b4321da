import type { Services } from '../services.ts'
import type { Implementation } from './implementation.ts'

/** What happens, as it happens; see LiveEvents. */
export function liveRouter(os: Implementation, { live }: Services) {
  return os.live.handler(({ lastEventId, signal }) => live.subscribe(lastEventId, signal))
}
