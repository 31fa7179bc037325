/** The style of the few pages the instance itself serves. System fonts, both themes, no script. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1d2329; --paper: #f6f5f2; --card: #fff; --line: #d9d6cf; --accent: #1f6f5c; --bad: #a3342a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e4df; --paper: #16191c; --card: #1e2226; --line: #343a40; --accent: #6cc3ab; --bad: #f0877b; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
main { max-width: 26rem; margin: 12vh auto 2rem; padding: 0 1.25rem; }
main.wide { max-width: 64rem; margin-top: 2rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
form { display: grid; gap: 1rem; margin-top: 1.5rem; padding: 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
label { display: grid; gap: .25rem; font-size: .9rem; }
input { font: inherit; padding: .5rem .65rem; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: .4rem; }
button { font: inherit; font-weight: 600; padding: .55rem .9rem; color: var(--card); background: var(--accent); border: 0; border-radius: .4rem; cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
a { color: var(--accent); }
.problem { color: var(--bad); margin: 0; }
.field { color: var(--bad); }
code { font-size: .85em; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); }
`;
