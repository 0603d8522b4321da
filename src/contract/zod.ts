/** zod as the contract uses it: without compiled code, which the window's content security policy forbids. */
import { z } from 'zod'

z.config({ jitless: true })

export { z }
