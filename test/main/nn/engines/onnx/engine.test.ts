import { createOnnxEngine } from '../../../../../src/main/nn/engines/onnx/engine.ts'
import { describeEngine } from '../contract.ts'

describeEngine('onnx cpu', { open: () => createOnnxEngine({ provider: 'cpu' }), tolerance: 2e-6 })
