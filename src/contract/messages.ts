/**
 * The keys of what jobs and training logs say (`messages.<key>` in the locales); a test holds every language to this
 * list. In brackets: the values that are put in.
 */
export const messageKeys = [
  /** Engines are measured, once on this machine. [] */
  'measuringEngines',
  /** [engine, imagesPerSecond] */
  'engineMeasured',
  /** [engine] */
  'engineUnavailable',
  /** [] */
  'trainingQueued',
  /** [engine, views, parameters] */
  'trainingStarted',
  /** [engine, epoch] */
  'trainingResumed',
  /** The application ended under it; it goes on by itself. [] */
  'trainingRecovered',
  /** A new best epoch. [epoch, validation] */
  'bestEpoch',
  /** The discriminator had won and was drawn anew. [epoch] */
  'discriminatorRestarted',
  /** An image was left out. [name, detail] */
  'imageSkipped',
  /** Statistics and thresholds are taken on the held-out images. [] */
  'calibrating',
  /** [bestEpoch, epochs] */
  'trainingFinished',
  /** [epoch] */
  'trainingCancelled',
  /** [detail] */
  'trainingFailed',
  /** The compute process died and was started again. [detail] */
  'computeRestarted',
  /** Words that have no key of their own. [detail] */
  'words',
] as const
export type MessageKey = (typeof messageKeys)[number]
