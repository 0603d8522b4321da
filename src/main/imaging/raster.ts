/** A decoded image: interleaved rows (HWC), values in [0, 1], `data.length === width * height * channels`. */
export interface Raster {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly data: Float32Array
}

/** One value a pixel, any range: anomaly maps, residuals, masks. Row-major, `data.length === width * height`. */
export interface Plane {
  readonly width: number
  readonly height: number
  readonly data: Float32Array
}
