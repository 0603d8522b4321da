import { Command } from 'commander'
import type { Run } from '../program.ts'

export function reportCommand(_run: Run): Command {
  return new Command('report')
}
