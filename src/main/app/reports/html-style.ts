/** Style sheet of the HTML report: system fonts only, light, dark and print. */
export const sheet = `
:root {
  color-scheme: light dark;
  --ink: #1c2730; --quiet: #5b6874; --line: #d5dce2; --faint: #f3f6f8; --paper: #ffffff; --ok: #2b6a8f; --ng: #b34700;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ink: #e6eaee; --quiet: #9aa6b2; --line: #333d46; --faint: #1d2329; --paper: #15191d; --ok: #6fb1dc; --ng: #f07c2c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem 1.5rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: .9375rem/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", "Noto Sans SC", sans-serif;
}
h1 { margin: 0; font-size: 2rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 .6rem; font-size: 1.2rem; }
h3 { margin: 0; font-size: 1rem; overflow-wrap: anywhere; }
p { margin: .3rem 0; }
.quiet { color: var(--quiet); }
.scope { font-size: 1.1rem; }
.tiles { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1.5rem 0 0; }
.tile { background: var(--faint); border-radius: 6px; padding: .7rem 1rem; flex: 1 1 7rem; }
.tile:last-child { flex: 1.7 1 13rem; }
.tile dt, .figures dt { font-size: .8rem; color: var(--quiet); }
.tile dd { margin: 0; font-size: 1.7rem; font-weight: 600; line-height: 1.3; }
.tile span { font-size: .8rem; color: var(--quiet); }
.ok dd { color: var(--ok); }
.ng dd, .verdict b { color: var(--ng); }
.verdict.ok b { color: var(--ok); }
.review { margin: .2rem 0 .5rem; }
figure { margin: 0; }
figure svg { width: 100%; height: auto; display: block; }
figure svg text { font-family: system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif !important; }
figure .dark { display: none; }
@media screen and (prefers-color-scheme: dark) {
  figure .light { display: none; }
  figure .dark { display: block; }
}
.figures { display: flex; flex-wrap: wrap; gap: .6rem 2.4rem; margin: .6rem 0 1rem; }
.figures dd { margin: 0; font-size: 1.2rem; font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th { text-align: left; font-size: .8rem; color: var(--quiet); font-weight: 600; }
th, td { padding: .35rem .75rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.long { overflow-wrap: anywhere; min-width: 7rem; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; }
article { border-top: 1px solid var(--line); padding: 1rem 0 1.5rem; break-inside: avoid; }
article:first-of-type { margin-top: 1rem; }
article h3 { display: flex; justify-content: space-between; gap: 1rem; }
.verdict { font-weight: 400; white-space: nowrap; }
.facts { font-size: .85rem; margin-bottom: .6rem; overflow-wrap: anywhere; }
.facts span + span::before { content: "·"; margin: 0 .5rem; }
.pictures { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; margin-bottom: .6rem; align-items: start; }
.pictures img { width: 100%; height: auto; max-height: 70vh; object-fit: contain; object-position: left top; }
.absent { background: var(--faint); padding: 3rem 1rem; margin: 0; text-align: center; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .8rem; font-size: .85rem; }
@media screen and (max-width: 40rem) { .pictures { grid-template-columns: 1fr; } }
@media print {
  :root { font-size: 11.5px; }
  body { padding: 0; max-width: none; }
  h2 { margin-top: 1.8rem; }
  section:not(.parts) { break-inside: avoid; }
  .parts > .quiet { break-after: avoid; }
  .tile { border: 1px solid var(--line); }
  h2, h3 { break-after: avoid; }
  tr { break-inside: avoid; }
  thead { display: table-header-group; }
  .pictures img { max-height: 5.2cm; }
}
@page { size: A4; margin: 16mm 15mm 18mm; @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 8pt sans-serif; color: #5b6874; } }
`
