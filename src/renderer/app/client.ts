/** The typed client of the contract, and the cache of what it fetched. */
import { createORPCClient, DynamicLink } from '@orpc/client'
import type { ClientRetryPluginContext } from '@orpc/client/plugins'
import type { ContractRouterClient } from '@orpc/contract'
import { createTanstackQueryUtils } from '@orpc/tanstack-query'
import { QueryClient } from '@tanstack/vue-query'
import type { Contract } from '../../contract/index.ts'
import { connect } from './connection.ts'

export type Client = ContractRouterClient<Contract, ClientRetryPluginContext>

/** Calls the core. Errors are typed: `isDefinedError(error)`; `useProblem` puts them in words. */
export const client: Client = createORPCClient(new DynamicLink<ClientRetryPluginContext>(() => connect()))

/** Query options by procedure: `useQuery(api.projects.list.queryOptions())`. */
export const api = createTanstackQueryUtils(client)

/** Nothing is fetched twice without cause: the live stream says what has changed. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: Infinity, gcTime: 5 * 60_000, retry: false, refetchOnWindowFocus: false },
    mutations: { retry: false, networkMode: 'always' },
  },
})
queryClient.setDefaultOptions({
  ...queryClient.getDefaultOptions(),
  queries: { ...queryClient.getDefaultOptions().queries, networkMode: 'always' },
})
