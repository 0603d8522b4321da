import ui from '@nuxt/ui/vue-plugin'
import { VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import App from './App.vue'
import { i18n } from './app/i18n.ts'
import { queryClient } from './app/client.ts'
import { router } from './app/router.ts'
import './style.css'

createApp(App).use(router).use(i18n).use(VueQueryPlugin, { queryClient }).use(ui).mount('#app')
