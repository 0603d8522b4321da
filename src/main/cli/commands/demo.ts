import { Command } from 'commander'
import type { Run } from '../program.ts'

export function demoCommand(_run: Run): Command {
  return new Command('demo')
}
