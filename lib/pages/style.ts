import { createHash } from 'node:crypto';

/** What every page shares: colours for light, dark and paper, type, and the smallest set of forms. */
export const base = `
:root{color-scheme:light dark;--paper:#fff;--ground:#f3f5f7;--ink:#17212b;--soft:#566370;--line:#dce2e8;--faint:#eef1f4;--link:#1c5cb8;
--good:#0b7148;--good-ground:#e5f4ec;--warn:#8a5700;--warn-ground:#fdf1da;--bad:#ad2018;--bad-ground:#fcebe9;--info:#1c5cb8;--info-ground:#e8f0fb;
--dump:#2f74d0;--restore:#17917d;--proof:#7b54c4;--effect:#c98412;--waiting:#b4bdc7;--idle:#d5dbe1;--band:#e8f0fb;--interval:#a9c8f0}
@media(prefers-color-scheme:dark){:root{--paper:#151c24;--ground:#0d1218;--ink:#e4eaf0;--soft:#9aa8b6;--line:#2a3541;--faint:#1c252f;--link:#82b4f5;
--good:#5ed3a0;--good-ground:#10291f;--warn:#f0bb5d;--warn-ground:#2e2410;--bad:#ff968c;--bad-ground:#351a18;--info:#82b4f5;--info-ground:#152740;
--dump:#5b9bf0;--restore:#3bbba4;--proof:#a585ea;--effect:#e0a440;--waiting:#5d6a77;--idle:#34404c;--band:#17263a;--interval:#35618f}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
main{max-width:68rem;margin:0 auto;padding:2.25rem 2.5rem 3rem;background:var(--paper);min-height:100vh}
h1{font-size:2.1rem;line-height:1.15;margin:.35rem 0 .4rem;letter-spacing:-.015em;font-weight:650}
h2{font-size:1.15rem;margin:2.6rem 0 .8rem;letter-spacing:-.005em;font-weight:650}
h3{font-size:.95rem;margin:1.4rem 0 .5rem}
p{margin:.4rem 0}
a{color:var(--link)}
code,kbd,.mono{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.soft{color:var(--soft)}.small{font-size:.875rem}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}.info{color:var(--info)}
.over{font-size:.8rem;font-weight:600;color:var(--soft);letter-spacing:.02em}
.note{border:1px solid var(--line);border-left:4px solid var(--info);background:var(--info-ground);padding:.7rem 1rem;border-radius:4px;margin:1rem 0}
.note.bad{border-left-color:var(--bad);background:var(--bad-ground);color:inherit}
.note.good{border-left-color:var(--good);background:var(--good-ground);color:inherit}
.note.warn{border-left-color:var(--warn);background:var(--warn-ground);color:inherit}
dl.pairs{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.3rem 1.5rem;margin:.6rem 0}
dl.pairs dt{color:var(--soft)}dl.pairs dd{margin:0}
@media(max-width:40rem){main{padding:1.25rem 1rem 2rem}h1{font-size:1.65rem}h2{margin-top:2.1rem}
dl.pairs{grid-template-columns:1fr;gap:0}dl.pairs dd{margin-bottom:.5rem}}
`;

/** The CSP source that admits exactly this style element. */
export const hashOf = (style: string): string => `'sha256-${createHash('sha256').update(style).digest('base64')}'`;
