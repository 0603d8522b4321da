/** What a training left. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import proto from 'onnx-proto'
import type { TrainingJob } from '../../../../src/main/models/types.ts'

export const modelFileOf = ({ folder }: TrainingJob): string => path.join(folder, 'model.onnx')

/** A model file's bytes with the metadata, which tells the time, left out. */
export async function withoutMetadata(job: TrainingJob): Promise<Buffer> {
  const model = proto.onnx.ModelProto.decode(await readFile(modelFileOf(job)))
  model.metadataProps = []
  return Buffer.from(proto.onnx.ModelProto.encode(model).finish())
}
