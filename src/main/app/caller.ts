import type { Role } from '../../contract/system.ts'

/** Who calls: what a face gives each call of the router, and each request for pictures, uploads and downloads. */
export interface Caller {
  readonly user: { readonly name: string; readonly role: Role }
  /** True if people sign in here (and can sign out). */
  readonly signIn: boolean
}
