export { defaultDataFolder } from '../app/data-folder.ts'
