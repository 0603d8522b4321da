import path from 'node:path'
import { readFileSync } from 'node:fs'
import vueI18n from '@intlify/unplugin-vue-i18n/vite'
import ui from '@nuxt/ui/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import { theme } from './src/renderer/theme.ts'

const source = path.resolve(import.meta.dirname, 'src')
const packageFile = readFileSync(path.resolve(import.meta.dirname, 'package.json'), 'utf8')
const { version, optionalDependencies } = JSON.parse(packageFile) as {
  version: string
  optionalDependencies: Record<string, string>
}

export default defineConfig({
  main: {
    build: {
      // Dependencies stay in node_modules: many of them carry native libraries. The optional ones are not
      // listed under `dependencies`, so they are named here.
      externalizeDeps: { include: Object.keys(optionalDependencies) },
      rolldownOptions: {
        input: {
          index: path.join(source, 'main/index.ts'),
          cli: path.join(source, 'main/cli/index.ts'),
          station: path.join(source, 'main/station/index.ts'),
          compute: path.join(source, 'main/compute/entry.ts'),
        },
        output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: path.join(source, 'preload/index.ts') },
        // A sandboxed preload script must be CommonJS, whatever package.json says of `.js`.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: path.join(source, 'renderer'),
    // Relative addresses: the same files are served under the application's own scheme and over HTTP.
    base: './',
    define: { APP_VERSION: JSON.stringify(version) },
    build: { rolldownOptions: { input: { index: path.join(source, 'renderer/index.html') } } },
    plugins: [
      vue(),
      // Messages are compiled here: compiling in the page would need `eval`, which its security policy forbids.
      vueI18n({ include: [path.join(source, 'renderer/locales/**/*.json')], strictMessage: false }),
      ui({
        ui: theme,
        // The generated class lists stand where Tailwind looks for classes.
        root: path.join(source, 'renderer'),
        autoImport: false,
        components: { dts: path.join(source, 'renderer/components.d.ts') },
        // Icons that are not bundled would be asked for on the internet: all of the source is scanned, and a name
        // that is not known fails the build.
        icon: { clientBundle: { scan: true } },
        experimental: { componentDetection: true },
      }),
    ],
  },
})
