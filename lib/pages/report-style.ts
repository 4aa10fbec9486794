/** What only the report has: key figures, the picture of time, tables of figures, and its form on paper. */
export const reportStyle = `
.verdict{display:flex;gap:1.1rem;align-items:flex-start}.verdict>svg{flex:none;width:3rem;height:3rem;margin-top:.45rem}
.lead{font-size:1.15rem;font-weight:600;max-width:46rem;margin:0 0 .3rem}
ul.open{list-style:none;display:flex;flex-wrap:wrap;gap:.4rem .7rem;padding:0;margin:.7rem 0 0;font-size:.9rem;align-items:center}ul.open a.tag{text-decoration:none;font-size:.875rem;padding:.15rem .6rem}
.figures{display:flex;flex-wrap:wrap;gap:1px;background:var(--line);border:1px solid var(--line);border-radius:6px;overflow:hidden;margin:1.6rem 0 1.2rem}
.figures div{flex:1 1 9.5rem;background:var(--paper);padding:.7rem .95rem}.figures dt{color:var(--soft);font-size:.8rem}
.figures dd{margin:.1rem 0 0;font-size:1.3rem;font-weight:600;letter-spacing:-.01em;font-variant-numeric:tabular-nums}
.figures dd small{display:block;font-size:.8rem;font-weight:400;color:var(--soft);letter-spacing:0}
ul.votes{list-style:none;padding:0;margin:.3rem 0}ul.votes li{display:flex;flex-wrap:wrap;gap:0 .8rem;padding:.35rem 0;border-bottom:1px solid var(--line);font-size:.9rem}ul.votes time{margin-left:auto;color:var(--soft)}
ol.next{padding-left:1.4rem;margin:.5rem 0}ol.next li{margin:.3rem 0;padding-left:.2rem}
.row{display:grid;grid-template-columns:16.5rem 1fr 6.2rem;gap:0 1rem;align-items:center;font-size:.875rem;line-height:1.4}
.row svg{display:block;width:100%;height:.7rem}.row .t{text-align:right;font-variant-numeric:tabular-nums;color:var(--soft);white-space:nowrap}
.row.phase{padding-top:.5rem;font-weight:600}.row.phase svg{height:1.1rem}.row.phase .t{color:inherit}
.row.inner .name{padding-left:1rem;color:var(--soft)}.row.deep .name{padding-left:2rem;color:var(--soft)}
rect.track{fill:var(--faint)}rect.idle{fill:var(--idle)}rect.frozen{fill:var(--band)}
.dump{fill:var(--dump)}.restore{fill:var(--restore)}.proof{fill:var(--proof)}.effect{fill:var(--effect)}.waiting{fill:var(--waiting)}.failed{fill:var(--bad)}
.size{fill:var(--dump)}.interval{fill:var(--interval)}.measured{fill:var(--ink)}
.share0{fill:var(--dump)}.share1{fill:var(--restore)}.share2{fill:var(--proof)}.share3{fill:var(--effect)}.share4{fill:var(--waiting)}.share5{fill:var(--idle)}
svg.bar{display:block;width:100%;height:.6rem;margin-top:.25rem}svg.shares{display:block;width:100%;height:1.4rem;margin-top:1rem}svg.shares+.legend{margin:.5rem 0 1.2rem}
.prediction svg.bar{height:1.4rem}.prediction .ends{display:flex;justify-content:space-between;margin:.15rem 0;font-size:.82rem;color:var(--soft)}
table.variables td:first-child{width:26%}table.variables td:last-child{width:16%}td.fig{white-space:nowrap;min-width:7rem}table.history td:first-child{white-space:nowrap}table.history td.freeze{width:44%;min-width:12rem;white-space:normal}tr.this{font-weight:600}tr.this .soft{font-weight:400}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;padding:0;margin:0;font-size:.9rem}
.time details>summary{display:block;padding:0;color:inherit;list-style:none}.time details>summary::-webkit-details-marker{display:none}
.time details>summary .name::after{content:" ▸";color:var(--soft);font-weight:400}.time details[open]>summary .name::after{content:" ▾"}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;font-size:.82rem;color:var(--soft);margin:.9rem 0 0;padding:0;list-style:none}
.legend svg{width:.8rem;height:.8rem;margin-right:.4rem;vertical-align:-.08rem}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.42rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
th{white-space:nowrap;font-size:.8rem;color:var(--soft);font-weight:600}th:first-child,td:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}
.n{text-align:right;white-space:nowrap}td.proof{white-space:nowrap}tfoot td{font-weight:600;border-bottom:0}
td.pic{width:26%;vertical-align:middle}td.pic svg.bar{margin-top:0}
.tag{display:inline-block;font-size:.75rem;font-weight:650;padding:.05rem .5rem;border-radius:3px;white-space:nowrap}
.tag.good{background:var(--good-ground)}.tag.warn{background:var(--warn-ground)}.tag.bad{background:var(--bad-ground)}.tag.info{background:var(--info-ground)}
.check{display:grid;grid-template-columns:6.2rem 1fr;gap:0 .8rem;padding:.6rem 0;border-bottom:1px solid var(--line)}.check p{margin:.1rem 0}
pre{font:.85rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre-wrap;margin:.4rem 0}
.wide{overflow-x:auto}summary h3{display:inline}
details>summary{cursor:pointer;color:var(--link);font-size:.9rem;padding:.5rem 0}
footer{margin-top:3rem;padding-top:.9rem;border-top:1px solid var(--line);color:var(--soft);font-size:.82rem}
@media(max-width:40rem){.row{grid-template:"name t" "bar bar"/1fr auto;gap:0 .6rem}.row .name{grid-area:name}.row .t{grid-area:t}.row svg{grid-area:bar;height:.4rem}.row.phase svg{height:.75rem}.row.inner,.row.deep{padding-top:.35rem}.row.phase{padding-top:.7rem}
.verdict>svg{width:2.2rem;height:2.2rem}.figures dd{font-size:1.1rem}
td.pic,th.pic{display:none}th,td{padding:.4rem .35rem}table{font-size:.84rem}.check{grid-template-columns:1fr}
table.stack,table.stack tbody,table.stack tr,table.stack td{display:block;width:auto}table.stack thead{display:none}table.stack tr{padding:.5rem 0;border-bottom:1px solid var(--line)}
table.variables td:first-child,table.variables td:last-child,table.stack td,table.history td.freeze{border:0;padding:.1rem 0;width:auto;min-width:0}table.stack td[data-label]::before{content:attr(data-label) ": ";color:var(--soft);font-weight:400}}
@media print{:root{color-scheme:light;--paper:#fff;--ground:#fff;--ink:#111;--soft:#444;--line:#bbb;--faint:#eee;--link:#111;
--good:#0b7148;--good-ground:#e5f4ec;--warn:#8a5700;--warn-ground:#fdf1da;--bad:#ad2018;--bad-ground:#fcebe9;--info:#1c5cb8;--info-ground:#e8f0fb;
--dump:#2f74d0;--restore:#17917d;--proof:#7b54c4;--effect:#c98412;--waiting:#b4bdc7;--idle:#d5dbe1;--band:#e8f0fb;--interval:#a9c8f0}
@page{margin:15mm 14mm}body{font-size:9.5pt}.figures dd{font-size:1.05rem}th,td{padding:.25rem .5rem}main{max-width:none;padding:0;min-height:0}svg,.tag,.note,.figures{print-color-adjust:exact;-webkit-print-color-adjust:exact}
h2{break-after:avoid}tr,.check,.row{break-inside:avoid}details::details-content{content-visibility:visible;display:block}details>summary{color:inherit;font-weight:600;list-style:none;break-after:avoid}.time details>summary .name::after{content:none}nav{display:none}}
`;
