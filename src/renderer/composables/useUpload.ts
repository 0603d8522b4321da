/** Sends files of this computer to the core, several at a time, with progress and a way to stop. */
import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { newUpload, uploadAddress } from '../../contract/addresses.ts'

/** A file with the path below the folder that was chosen or dropped: layouts are known by it. */
export interface PickedFile {
  readonly file: File
  readonly path: string
}

export interface UploadProgress {
  readonly files: number
  readonly total: number
  readonly bytes: number
  readonly totalBytes: number
}

/** A file could not be sent; `status` is the answer's, 0 without one. */
export class UploadError extends Error {
  override readonly name = 'UploadError'
  readonly path: string
  readonly status: number

  constructor(path: string, status: number) {
    super(`${path} could not be sent (${status === 0 ? 'no answer' : status})`)
    this.path = path
    this.status = status
  }
}

const extensions = /\.(png|jpe?g|jpe|tiff?|webp|bmp|csv)$/i

/** True for what an import takes: images, and tables that say which is which. */
export function isImportable(name: string): boolean {
  return extensions.test(name) && !(name.split('/').at(-1) ?? '').startsWith('.')
}

/** Files and folders of a drop, to the bottom. Must be called while the drop event is being handled. */
export async function filesOfDrop(data: DataTransfer): Promise<PickedFile[]> {
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  const found: PickedFile[] = []
  const visit = async (entry: FileSystemEntry, prefix: string): Promise<void> => {
    if (entry.isFile) {
      const file = await new Promise<File>((resolve, reject) =>
        (entry as FileSystemFileEntry).file(resolve, reject),
      )
      if (isImportable(entry.name)) found.push({ file, path: prefix + entry.name })
      return
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader()
    // A reader gives a hundred entries at a time, and none at the end.
    for (;;) {
      const children = await new Promise<FileSystemEntry[]>((resolve, reject) =>
        reader.readEntries(resolve, reject),
      )
      if (children.length === 0) return
      for (const child of children) await visit(child, `${prefix}${entry.name}/`)
    }
  }
  for (const entry of entries) await visit(entry, '')
  return withoutCommonFolder(found)
}

/** Files of an `<input type="file">`, with or without folders. */
export function filesOfInput(list: FileList | null): PickedFile[] {
  const files = [...(list ?? [])].map((file) => ({
    file,
    path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath,
  }))
  return withoutCommonFolder(files.filter(({ path }) => isImportable(path)))
}

/** The folder that was chosen itself is not part of the layout. */
export function withoutCommonFolder(files: readonly PickedFile[]): PickedFile[] {
  const top = files[0]?.path.split('/')[0]
  const common =
    files.length > 0 && files.every(({ path }) => path.includes('/') && path.split('/')[0] === top)
  return common
    ? files.map(({ file, path }) => ({ file, path: path.slice((top ?? '').length + 1) }))
    : [...files]
}

const atOnce = 4

export interface Upload {
  readonly progress: Ref<UploadProgress | null>
  readonly isRunning: ComputedRef<boolean>
  /** Resolves with the upload's id, or undefined if it was stopped. */
  send(files: readonly PickedFile[]): Promise<string | undefined>
  stop(): void
}

export function useUpload(): Upload {
  const progress = ref<UploadProgress | null>(null)
  let controller: AbortController | undefined

  async function put(id: string, { file, path }: PickedFile, signal: AbortSignal): Promise<void> {
    // A station that restarts in the middle of ten thousand files: tried again before it counts as failed.
    for (let attempt = 1; ; attempt++) {
      const status = await fetch(uploadAddress(id, path), { method: 'PUT', body: file, signal }).then(
        (response) => (response.ok ? 200 : response.status),
        () => 0,
      )
      if (status === 200 || signal.aborted) return
      if ((status !== 0 && status < 500) || status === 507 || attempt === 4)
        throw new UploadError(path, status)
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt))
    }
  }

  async function send(files: readonly PickedFile[]): Promise<string | undefined> {
    const own = new AbortController()
    controller = own
    const totalBytes = files.reduce((sum, { file }) => sum + file.size, 0)
    progress.value = { files: 0, total: files.length, bytes: 0, totalBytes }
    try {
      const response = await fetch(newUpload(), { method: 'POST', signal: own.signal })
      if (!response.ok) throw new UploadError(newUpload(), response.status)
      const { id } = (await response.json()) as { id: string }
      const queue = [...files]
      const work = async (): Promise<void> => {
        for (let next = queue.shift(); next !== undefined && !own.signal.aborted; next = queue.shift()) {
          await put(id, next, own.signal)
          const { files: done, bytes } = progress.value ?? { files: 0, bytes: 0 }
          progress.value = { files: done + 1, total: files.length, bytes: bytes + next.file.size, totalBytes }
        }
      }
      await Promise.all(Array.from({ length: atOnce }, work))
      return own.signal.aborted ? undefined : id
    } catch (error) {
      own.abort()
      if (error instanceof DOMException && error.name === 'AbortError') return undefined
      throw error
    } finally {
      progress.value = null
    }
  }

  return {
    progress,
    isRunning: computed(() => progress.value !== null),
    send,
    stop: () => controller?.abort(),
  }
}
