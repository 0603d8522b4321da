/** Elements that use letters, arrows and Enter themselves. */
const typing =
  'input, textarea, select, [contenteditable="true"], [role="slider"], [role="combobox"], [role="listbox"], [role="menu"]'
const pressable = 'button, a, summary, [role="option"], [role="checkbox"], [role="switch"]'

/**
 * True if a key is the page's to act on: no modifier is held, nobody is typing, no dialog is open, and Enter and the
 * space bar are not meant for the button that has the focus.
 */
export function isForPage(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false
  const target = event.target instanceof Element ? event.target : null
  if (target?.closest(typing)) return false
  if ((event.key === 'Enter' || event.key === ' ') && target?.closest(pressable)) return false
  return document.querySelector('[role="dialog"], [role="alertdialog"]') === null
}
