/**
 * The bridge between the window and the application: the smallest that serves. The page gets plain data, no
 * function of Electron's and nothing of Node's.
 */
import { contextBridge } from 'electron'

contextBridge.exposeInMainWorld('flawline', { platform: process.platform })
