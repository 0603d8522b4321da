/** Pages and their addresses. Hash history: the same files are served under any root. */
import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
import { loadSession, session } from './session.ts'

/** Pages of one project, in the order of work; also the order of the navigation and of the shortcuts. */
export const projectPages = ['samples', 'train', 'evaluate', 'inspect', 'history', 'reports'] as const
export type ProjectPage = (typeof projectPages)[number]

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/projects' },
  { path: '/projects', name: 'projects', component: () => import('../pages/projects/ProjectsPage.vue') },
  {
    path: '/project/:projectId',
    component: () => import('../pages/ProjectFrame.vue'),
    props: true,
    children: [
      { path: '', redirect: { name: 'samples' } },
      { path: 'samples', name: 'samples', component: () => import('../pages/samples/SamplesPage.vue') },
      { path: 'train/:runId?', name: 'train', component: () => import('../pages/train/TrainPage.vue') },
      {
        path: 'evaluate/:modelId?',
        name: 'evaluate',
        component: () => import('../pages/evaluate/EvaluatePage.vue'),
      },
      // Reached from Train and Evaluate; not a step of its own in the order of work.
      { path: 'compare', name: 'compare', component: () => import('../pages/compare/ComparePage.vue') },
      { path: 'inspect', name: 'inspect', component: () => import('../pages/inspect/InspectPage.vue') },
      {
        path: 'history/:inspectionId?',
        name: 'history',
        component: () => import('../pages/history/HistoryPage.vue'),
      },
      { path: 'reports', name: 'reports', component: () => import('../pages/reports/ReportsPage.vue') },
    ],
  },
  { path: '/settings', name: 'settings', component: () => import('../pages/settings/SettingsPage.vue') },
  { path: '/help/:topic?', name: 'help', component: () => import('../pages/help/HelpPage.vue') },
  {
    path: '/sign-in',
    name: 'sign-in',
    component: () => import('../pages/sign-in/SignInPage.vue'),
    meta: { bare: true },
  },
  {
    path: '/setup',
    name: 'setup',
    component: () => import('../pages/sign-in/SetupPage.vue'),
    meta: { bare: true },
  },
  { path: '/:rest(.*)*', redirect: '/projects' },
]

export const router = createRouter({ history: createWebHashHistory(), routes })

router.beforeEach(async (to) => {
  if (to.meta['bare'] === true) return true
  const { signedIn } = session.value ?? (await loadSession())
  return signedIn ? true : { name: 'sign-in', query: { next: to.fullPath } }
})
