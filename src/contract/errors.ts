/**
 * The errors that cross the contract. Each carries the key of its translation; the English message is for logs and
 * for what the interface does not know.
 */
import { z } from './zod.ts'
import { messageSchema } from './common.ts'

/** The keys of errors in the locales (`errors.<key>`); a test holds every language to this list. */
export const problemKeys = [
  // NOT_FOUND
  'noProject',
  'noSample',
  'noRun',
  'noModel',
  'noInspection',
  'noLot',
  'noJob',
  'noUpload',
  'noEvaluation',
  // INVALID
  'badName',
  'nameTaken',
  'badConfig',
  'badThreshold',
  'tooFewImages',
  'oneGroup',
  'noLabelledImages',
  'noDefects',
  'noImages',
  'unknownLayout',
  'badTable',
  'missingSource',
  'badInput',
  'badTimeSpan',
  'nothingToReport',
  // FORBIDDEN
  'folderNotAllowed',
  'notAllowed',
  'signInNeeded',
  // BUSY
  'projectBusy',
  'runRunning',
  'runFinished',
  'sampleInUse',
  'databaseBusy',
  // CANCELLED
  'stopped',
  // STORAGE
  'diskFull',
  'readOnly',
  'corrupt',
  'inputOutput',
  // COMPUTE
  'computeDied',
  'modelDamaged',
  'jobFailed',
] as const
export const problemKeySchema = z.enum(problemKeys)
export type ProblemKey = z.infer<typeof problemKeySchema>

const problemSchema = messageSchema.extend({ key: problemKeySchema })
/** `values.detail`, where present, is an English explanation that names the file and the cure. */
export type Problem = z.infer<typeof problemSchema>

/** The typed errors of every procedure. */
export const errors = {
  /** What was asked for is not (any more) there. */
  NOT_FOUND: { status: 404, data: problemSchema },
  /** The input makes no sense; `field` names the input it is about. */
  INVALID: { status: 422, data: problemSchema.extend({ field: z.string().nullable() }) },
  /** Not signed in, or not allowed to. */
  FORBIDDEN: { status: 403, data: problemSchema },
  /** Something else is at work on the same thing. */
  BUSY: { status: 409, data: problemSchema },
  CANCELLED: { status: 499, data: problemSchema },
  /** The data folder is full, read-only or damaged. */
  STORAGE_FULL: { status: 507, data: problemSchema },
  STORAGE: { status: 500, data: problemSchema },
  /** The compute process or a model failed. */
  COMPUTE: { status: 500, data: problemSchema },
} as const
export type ErrorCode = keyof typeof errors
