/** Reads the string properties of an ONNX file, which ONNX Runtime's Node binding does not show. */
import proto from 'onnx-proto'

/** @throws Error when the bytes are no ONNX model */
export function readOnnxMetadata(model: Uint8Array): Readonly<Record<string, string>> {
  const { metadataProps } = proto.onnx.ModelProto.decode(model)
  return Object.fromEntries((metadataProps ?? []).map(({ key, value }) => [key ?? '', value ?? '']))
}
