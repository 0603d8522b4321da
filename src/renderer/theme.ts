/** The look that the component library is built with; colours stand in style.css. */
export const theme = {
  colors: {
    primary: 'petrol',
    secondary: 'petrol',
    success: 'verdict-ok',
    error: 'verdict-ng',
    warning: 'amber',
    info: 'petrol',
    neutral: 'slate',
  },
  button: { slots: { base: 'font-medium cursor-pointer' } },
  card: { slots: { root: 'rounded-lg shadow-none ring ring-default' } },
} as const
