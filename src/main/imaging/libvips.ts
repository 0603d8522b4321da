import sharp from 'sharp'

// Every image is different, so libvips' operation cache would only hold memory. One libvips thread an image: several
// images are decoded side by side on Node's pool while the engine computes, and more threads only take its cores
// (and, on glibc, fragment the heap).
sharp.cache(false)
sharp.concurrency(1)

/** sharp, configured once for a process that decodes thousands of images beside a busy engine. */
export { sharp }
