/**
 * The layer rule of docs/architecture.md: imports go down the list only.
 * `nn`, `imaging` and `evaluation` are leaves; the renderer knows the contract alone.
 */
/** One rule a layer: files under `from` may import inside themselves and from `allowed`, nothing else of ours. */
function layer(from, allowed) {
  const own = from.replace(/^\^/, '')
  return {
    name: `layer-${own.replace(/[^a-z]+/g, '-')}`,
    severity: 'error',
    comment: `${own} may import only ${[own, ...allowed].join(', ')}`,
    from: { path: from },
    to: { path: '^src/', pathNot: [from, ...allowed.map((name) => `^src/${name}`)] },
  }
}

const leaves = ['main/imaging/', 'main/nn/', 'main/evaluation/']
/** What a face (desktop, station, command line) may use; a face never uses another. */
const core = ['contract/', 'main/app/', 'main/store/', 'main/compute/', 'main/models/', ...leaves]

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    layer('^src/contract/', []),
    layer('^src/preload/', ['contract/']),
    layer('^src/renderer/', ['contract/']),
    layer('^src/main/imaging/', []),
    layer('^src/main/evaluation/', []),
    layer('^src/main/nn/engines/', ['main/nn/']),
    layer('^src/main/nn/', []),
    layer('^src/main/models/', leaves),
    layer('^src/main/compute/', ['main/models/', ...leaves]),
    layer('^src/main/store/', []),
    layer('^src/main/app/', ['contract/', 'main/store/', 'main/compute/', 'main/models/', ...leaves]),
    layer('^src/main/cli/', core),
    layer('^src/main/station/', core),
    layer('^src/main/desktop/', core),
    {
      name: 'electron-stays-in-its-shell',
      severity: 'error',
      from: { path: '^src/main/', pathNot: ['^src/main/desktop/', '^src/main/index\\.ts$'] },
      to: { path: '(^|/)node_modules/electron/|^electron$' },
    },
    {
      name: 'database-stays-in-the-store',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/main/store/' },
      to: { path: '(^|/)node_modules/better-sqlite3/|^better-sqlite3(/|$)' },
    },
    {
      name: 'tensor-libraries-stay-in-the-engines',
      severity: 'error',
      comment: 'models/runtime.ts runs exported model files with stock ONNX Runtime: the one other place',
      from: { path: '^src/', pathNot: ['^src/main/nn/engines/', '^src/main/models/runtime\\.ts$'] },
      // The second half: optional packages are named bare where they could not be installed.
      to: { path: '(^|/)node_modules/(onnxruntime-node|@tensorflow)/|^(onnxruntime-node|@tensorflow)(/|$)' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
