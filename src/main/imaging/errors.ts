/** What is wrong with an image file. */
export type ImageProblem = 'missing' | 'empty' | 'truncated' | 'not-an-image' | 'too-large' | 'unreadable'

/** An image file that cannot be used. The message names the file, the reason and what to do. */
export class ImageError extends Error {
  readonly file: string
  readonly problem: ImageProblem

  constructor(file: string, problem: ImageProblem, explanation: string, options?: ErrorOptions) {
    super(`${file}: ${explanation}`, options)
    this.name = 'ImageError'
    this.file = file
    this.problem = problem
  }
}
