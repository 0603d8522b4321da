/** The typed client of the contract, and the cache of what it fetched. */
import { createORPCClient, DynamicLink, ORPCError } from '@orpc/client'
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

/**
 * Nothing is fetched twice without cause: the live stream says what has changed. A request that the core did not
 * answer (the wire was cut) is asked again until it does, and what was fetched before stays on the screen; an
 * answer that says no is final.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Infinity,
      gcTime: 5 * 60_000,
      networkMode: 'always',
      refetchOnWindowFocus: false,
      retry: (_count, error) => !(error instanceof ORPCError),
      retryDelay: (count) => Math.min(4000, 300 * 2 ** Math.min(count, 4)),
    },
    mutations: { networkMode: 'always', retry: false },
  },
})
